/** Exports hold what the records say, are the same bytes each time, and pass CASE's own validator. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsonld from 'jsonld';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findTool, LEDGER, sampleCommitment, sampleLife } from '../testing.ts';
import { buildAcquisitionGraph } from './acquisition-graph.ts';
import type { CaseNode } from './case-node.ts';
import { buildLifeGraph } from './life-graph.ts';
import { splitBatches } from './split-batches.ts';
import { writeCase } from './write-case.ts';

const VALIDATOR = findTool('CASE_VALIDATE', 'case_validate', '--help');

const exportCutLife = () =>
  read(buildLifeGraph(LEDGER, { ...sampleLife(), leftOut: ['weights'] }, sampleCommitment()));
const exportLife = () => read(buildLifeGraph(LEDGER, sampleLife(), sampleCommitment()));

const odd = sampleCommitment({
  path: Buffer.from([0x64, 0x2f, 0xff, 0x0a]).toString('base64url'),
  modifiedAt: Number.MAX_SAFE_INTEGER,
});
const { exhibit: _, ...withoutExhibit } = sampleCommitment({ kind: 'row' });

function exportAcquisition() {
  const { provenance } = sampleLife();
  const batch = provenance.batch!;
  const items = [sampleCommitment(), odd, sampleCommitment({ kind: 'link' }), withoutExhibit];
  return read(buildAcquisitionGraph(LEDGER, provenance, [{ batch, items }]));
}

async function read(nodes: AsyncIterable<CaseNode> | Iterable<CaseNode>) {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeCase(nodes)) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  const graph: CaseNode[] = JSON.parse(text)['@graph'];
  return { text, graph, ofType: (type: string) => graph.filter((node) => node['@type'] === type) };
}

// biome-ignore lint/suspicious/noExplicitAny: nodes are as free as JSON-LD
const idsOf = (value: any): string[] => (value ?? []).map((one: any) => one['@id']);

describe('life of an item', () => {
  it('says what was left out of it', async () => {
    const life = { ...sampleLife(), leftOut: ['objections'] as const };
    const { ofType } = await read(buildLifeGraph(LEDGER, life, sampleCommitment()));
    const [told] = ofType('core:Annotation').filter((node) =>
      JSON.stringify(node['core:tag'])?.includes('leftOut:objections'),
    );
    expect(JSON.stringify(told?.['core:statement'])).toMatch(/first 1000 objections/);
    const { text } = await exportLife();
    expect(text).not.toContain('leftOut');
  });

  it('is a chain of actions, each informed by the one before', async () => {
    const { ofType } = await exportLife();
    const actions = ofType('investigation:InvestigativeAction');
    const { steps, derived } = sampleLife();
    expect(actions).toHaveLength(2 + 1 + steps.length + derived.length);
    const last = actions.at(-1)!;
    let length = 0;
    for (let at: CaseNode | undefined = last; at !== undefined; length += 1) {
      const [before] = idsOf(at['investigation:wasInformedBy']);
      at = actions.find((node) => node['@id'] === before);
    }
    expect(length).toBe(actions.length - derived.length);
    expect(actions.map((node) => node['core:name'])).toContain('custody step 6: EXAMINE');
    expect(JSON.stringify(actions)).toContain('flag:SEAL_BROKEN');
  });

  it('names exhibit, file, digests, authorisations and performers by pseudonym', async () => {
    const { ofType } = await exportLife();
    const [file] = ofType('observable:File');
    expect(file).toMatchObject({
      'core:hasFacet': [
        { 'observable:filePath': 'disk1/照片 1.jpg', 'observable:sizeInBytes': 7 },
        {
          'observable:hash': [
            { 'types:hashMethod': 'SHA256' },
            { 'types:hashMethod': 'MD5', 'types:hashValue': { '@value': 'd'.repeat(32) } },
          ],
        },
      ],
    });
    expect(ofType('investigation:ProvenanceRecord')).toMatchObject([
      { 'investigation:exhibitNumber': 'EX-1', 'core:object': [{ '@id': file!['@id'] }] },
    ]);
    const allowed = ofType('investigation:Authorization').map(
      (node) => node['investigation:authorizationType'],
    );
    expect(allowed.toSorted()).toEqual(['JUDICIAL', 'LEGAL_BASIS', 'TREATY']);
    expect(ofType('identity:Organization')).toMatchObject([{ 'core:name': 'CnMSP' }]);
    expect(ofType('identity:Identity')).toMatchObject([{ 'core:name': 'p-0123456789abcdef' }]);
  });

  it('is the same bytes each time, and other names on another ledger', async () => {
    const { text } = await exportLife();
    expect((await exportLife()).text).toBe(text);
    const other = { ...LEDGER, genesis: 'cd'.repeat(32) };
    const { graph } = await read(buildLifeGraph(other, sampleLife(), sampleCommitment()));
    for (const { '@id': id } of graph) expect(text).not.toContain(id);
  });

  it('claims nothing of the content on the ground of a digest (EVD-16)', async () => {
    const { text } = await exportLife();
    // Keys of the ledger name the kind of a record.
    expect(text.replaceAll(/authenticity\/[0-9a-f]/g, '')).not.toMatch(/authentic|genuine/i);
  });
});

describe('acquisition', () => {
  it('keeps the salt back and the exact bytes of names that are no text', async () => {
    const { text, ofType } = await exportAcquisition();
    expect(text).not.toContain('A'.repeat(22));
    expect(text).toContain(`name-base64url:${odd.path}`);
    expect(
      ofType('investigation:ProvenanceRecord').map((node) => idsOf(node['core:object']).length),
    ).toEqual([3, 1]);
  });

  it('in parts is, read together, what it is in one piece', async () => {
    const { provenance } = sampleLife();
    const batch = provenance.batch!;
    const other = { ...batch, key: `batch/${'b'.repeat(64)}` };
    const name = (at: number) => Buffer.from(`disk/${at}`).toString('base64url');
    const many = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => sampleCommitment({ path: name(from + at) }));
    const filled = [
      { batch, items: many(0, 5) },
      { batch: other, items: many(5, 4) },
    ];
    const whole = await read(buildAcquisitionGraph(LEDGER, provenance, filled));
    const parts: Awaited<ReturnType<typeof read>>[] = [];
    for await (const part of splitBatches([batch, other], filled, 3)) {
      parts.push(await read(buildAcquisitionGraph(LEDGER, provenance, part)));
    }
    expect(parts.map(({ ofType }) => ofType('observable:File').length)).toEqual([3, 3, 3]);
    const triples = async (texts: readonly { readonly text: string }[]) => {
      const lines = await Promise.all(
        texts.map(({ text }) => jsonld.toRDF(JSON.parse(text), { format: 'application/n-quads' })),
      );
      return [...new Set(`${lines.join('')}`.split('\n'))].sort();
    };
    expect(await triples(parts)).toEqual(await triples([whole]));
  });

  it('has one part where there are no items', async () => {
    const { provenance } = sampleLife();
    const parts = splitBatches([provenance.batch!], [], 3);
    expect((await parts.next()).value).toEqual([{ batch: provenance.batch, items: [] }]);
    expect((await parts.next()).done).toBe(true);
  });

  it('points to nothing that is not in it', async () => {
    for (const { text, graph } of [await exportAcquisition(), await exportLife()]) {
      const defined = new Set<string>();
      const collect = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        if ('@id' in value && '@type' in value) defined.add(value['@id'] as string);
        for (const one of Object.values(value)) collect(one);
      };
      collect(graph);
      for (const [id] of text.matchAll(/urn:uuid:[0-9a-f-]{36}/g)) expect(defined).toContain(id);
    }
  });
});

describe.skipIf(VALIDATOR === undefined)(
  'case_validate (PyPI case-utils, on PATH or named by CASE_VALIDATE)',
  () => {
    it.each([
      ['life', exportLife],
      ['life-cut', exportCutLife],
      ['acquisition', exportAcquisition],
    ])('finds nothing to say of the %s', { timeout: 120_000 }, async (name, write) => {
      const directory = await mkdtemp(join(tmpdir(), 'tabellion-case-'));
      onTestFinished(() => rm(directory, { recursive: true, force: true }));
      const file = join(directory, `${name}.jsonld`);
      await writeFile(file, (await write()).text);
      // Without --allow-info or --allow-warning the least remark fails it.
      const { status, stdout, stderr } = spawnSync(VALIDATOR!, [file], { encoding: 'utf8' });
      expect(stdout + stderr).toMatch(/Conforms: True\s+$/);
      expect({ status, warned: /warning/i.test(stderr) }).toEqual({ status: 0, warned: false });
    });
  },
);
