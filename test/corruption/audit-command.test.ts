/** `audit --from-data` as it is typed: damage is a finding, what cannot be read an error, and no other. */
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../gateway/src/cli/testing.ts';
import { openAnchoring } from '../../gateway/src/evidence/anchoring.ts';
import { openManifests } from '../../gateway/src/evidence/member-manifests.ts';
import { makeLabels, sampleFacts } from '../../gateway/src/label/testing.ts';
import { openEmbeddedLedger } from '../../gateway/src/ledger/embedded/ledger.ts';
import { createTestConsortium } from '../conformance/embedded-network.ts';
import { MEMBER, openEvidenceConsortium } from '../support/evidence-consortium.ts';
import {
  append,
  type Corruption,
  createRandom,
  flipRandomBits,
  readBytes,
  remove,
} from './corruptions.ts';
import { type KeptLedger, keepLedger } from './kept-ledger.ts';

let kept: KeptLedger;
let trust: string;

beforeAll(async () => {
  kept = await keepLedger();
  trust = `${kept.fresh()}.json`;
  writeFileSync(trust, JSON.stringify(kept.trust));
}, 120_000);
afterAll(() => kept.remove());

/** A data directory whose ledger is a copy. */
function copyData(corruption?: Corruption): string {
  const data = kept.fresh();
  cpSync(kept.closed, join(data, 'ledger'), { recursive: true });
  corruption?.apply(join(data, 'ledger'));
  return data;
}

async function audit(data: string, ...more: readonly string[]) {
  const args = ['audit', '--from-data', data, '--trust', trust, '--json', ...more];
  const { exit, stderr, stdout } = await runCli(args, { home: kept.fresh() });
  return { exit, stderr, document: stdout === '' ? undefined : JSON.parse(stdout) };
}

describe('audit --from-data', () => {
  it('ends with 0 on a ledger that is as it was written', async () => {
    const { document, exit } = await audit(copyData());
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      outcome: 'CLEAN',
      files: { outcome: 'CLEAN', closed: true, damage: [], notes: [] },
    });
    expect(document.files.height).toBe(document.height);
  });

  it('ends with 10, and names file and block, where the blocks changed', async () => {
    const bytes = readBytes(kept.closed, 'blocks');
    const [flip] = flipRandomBits('blocks', bytes, { count: 1 }, createRandom(7));
    const { document, exit } = await audit(copyData(flip));
    expect(exit).toBe(10);
    const [damage] = document.files.damage;
    expect(damage).toMatchObject({ code: 'BLOCK_DAMAGED', file: 'blocks' });
    // What stands before it is audited all the same.
    expect(document).toMatchObject({
      ...{ outcome: 'BROKEN', height: damage.block },
      break: { code: 'BLOCK_DAMAGED', block: damage.block },
    });
  });

  it('ends with 10 where the blocks are clean and another file is not', async () => {
    const bytes = readBytes(kept.closed, 'private.sqlite');
    const [flip] = flipRandomBits('private.sqlite', bytes, { count: 1 }, createRandom(7));
    const { document, exit } = await audit(copyData(flip));
    expect([exit, document.outcome, document.files.outcome]).toEqual([10, 'CLEAN', 'DAMAGED']);
    expect(document.files.damage).toContainEqual(
      expect.objectContaining({ code: 'FILE_CHANGED', file: 'private.sqlite' }),
    );
  });

  it('ends with 10 where the file of blocks is gone', async () => {
    const { document, exit } = await audit(copyData(remove('blocks')));
    expect(exit).toBe(10);
    expect(document.files.damage[0]).toMatchObject({ code: 'FILE_MISSING', file: 'blocks' });
  });

  it('ends with 0 where a killed append left a tail, and audits what stands before it', async () => {
    const bytes = readBytes(kept.killed, 'blocks');
    const tail = append('blocks', bytes, Buffer.alloc(100, 7), 'a tail');
    const data = kept.fresh();
    cpSync(kept.killed, join(data, 'ledger'), { recursive: true });
    tail.apply(join(data, 'ledger'));
    const { document, exit } = await audit(data);
    expect([exit, document.outcome, document.files.outcome]).toEqual([0, 'CLEAN', 'CLEAN']);
    expect(document.files.notes).toContainEqual(
      expect.objectContaining({ code: 'BLOCK_UNFINISHED' }),
    );
    expect(document.height).toBe(document.files.height);
  });

  it('ends with 1 where the second place of the manifests is not there', async () => {
    const data = copyData();
    expect(await audit(data, '--escrow', join(data, 'nowhere'))).toMatchObject({
      exit: 1,
      document: { error: { code: 'FILE_UNREADABLE' } },
    });
  });

  it('ends with 1 where there is no ledger, and where it is in use', async () => {
    const empty = kept.fresh();
    mkdirSync(empty);
    expect(await audit(empty)).toMatchObject({
      exit: 1,
      document: { error: { code: 'UNAVAILABLE' } },
    });

    const consortium = await createTestConsortium();
    const data = kept.fresh();
    const ledger = await openEmbeddedLedger({
      directory: join(data, 'ledger'),
      network: consortium.network,
    });
    const inUse = await audit(data);
    await ledger.close();
    await consortium.remove();
    expect(inUse).toMatchObject({ exit: 1, document: { error: { code: 'UNAVAILABLE' } } });
  });

  it('goes with no other source', async () => {
    expect((await audit(copyData(), '--ledger', kept.closed)).exit).toBe(2);
    const args = ['audit', '--trust', trust, '--ledger', kept.closed, '--escrow', kept.closed];
    expect((await runCli(args, { home: kept.fresh() })).exit).toBe(2);
  });
});

describe('audit --from-data of a ledger with a batch', () => {
  let data: string;
  /** The file of the one label manifest. */
  let labels: string;
  const [own, escrow] = ['gateway/manifests', 'escrow'];
  const auditBatch = () =>
    audit(data, '--escrow', join(data, escrow), '--trust', join(data, 'trust.json'));

  beforeAll(async () => {
    data = kept.fresh();
    const world = await openEvidenceConsortium(data);
    const manifests = await openManifests({
      ...{ directory: join(data, own), escrow: join(data, escrow), members: [MEMBER] },
      batchOf: () => undefined,
    });
    const anchoring = await openAnchoring({
      directory: join(data, 'spool'),
      portsOf: () => world.portsOf(world.service),
      manifestsOf: (member) => manifests.of(member),
      now: Date.now,
    });
    const acquisition = await world.acquire(world.service);
    async function* items() {
      yield [{ kind: 'message', sha256: 'a'.repeat(64), size: 1, path: Buffer.from('m') } as const];
    }
    const system = { subject: 's', member: MEMBER, role: 'system', clientKind: 'system' } as const;
    for await (const _ of anchoring.anchorItems(system, acquisition, items()));
    const { digest, root, size, tlp, bytes } = makeLabels([sampleFacts(1), sampleFacts(2)]);
    const asserted = await world.act(await world.person('analyst'), 'label:assert', {
      ...{ manifest: digest, root, size, tlp, taxonomy: { id: 'addresses', version: 1 } },
      ...{ legalBasis: { id: 'de-stpo-94', version: 1 }, reason: 'wallets of a ransom campaign' },
    });
    expect(asserted.status.code).toBe('VALID');
    mkdirSync(join(data, 'gateway', 'labels'), { recursive: true });
    labels = join(data, 'gateway', 'labels', `${digest}.ndjson`);
    writeFileSync(labels, bytes);
    writeFileSync(join(data, 'trust.json'), JSON.stringify(await world.trust()));
    await anchoring.close();
    await manifests.close();
    await world.close();
  }, 120_000);

  it('is clean with the manifests in both places, also through a link', async () => {
    const clean = { checked: 2, mismatches: [], missing: [] };
    expect(await auditBatch()).toMatchObject({ exit: 0, document: { manifests: clean } });
    const [place, moved] = [join(data, own, MEMBER), join(data, 'moved')];
    renameSync(place, moved);
    symlinkSync(moved, place);
    const linked = await auditBatch();
    rmSync(place);
    renameSync(moved, place);
    expect(linked).toMatchObject({ exit: 0, document: { manifests: clean } });
  });

  it.each([
    ["the member's directory", join(own, MEMBER)],
    ['the directory of all members', own],
    ["the member's second place", join(escrow, MEMBER)],
  ])('misses the manifest where %s is gone', async (_, path) => {
    renameSync(join(data, path), join(data, 'away'));
    const { document, exit } = await auditBatch();
    renameSync(join(data, 'away'), join(data, path));
    expect([exit, document.outcome, document.manifests.checked]).toEqual([10, 'CLEAN', 1]);
    expect(document.manifests.missing).toHaveLength(1);
  });

  it('holds the label manifests to their batches: missing is one thing, damaged another', async () => {
    const clean = { batches: 1, whole: 1, waiting: 0, findings: [], isDamaged: false };
    expect(await auditBatch()).toMatchObject({ exit: 0, document: { labelManifests: clean } });
    const bytes = readFileSync(labels);
    const expectOnly = async (code: string) => {
      const { document, exit } = await auditBatch();
      const { findings, whole } = document.labelManifests;
      expect([exit, document.outcome, whole]).toEqual([10, 'CLEAN', 0]);
      expect(findings.map((found: { code: string }) => found.code)).toEqual([code]);
    };
    writeFileSync(labels, bytes.subarray(1));
    await expectOnly('LABEL_MANIFEST_DAMAGED');
    rmSync(labels);
    await expectOnly('LABEL_MANIFEST_MISSING');
    writeFileSync(labels, bytes);
    expect((await auditBatch()).exit).toBe(0);
  });
});

describe('audit --ledger', () => {
  it('calls a changed block a break, not an error', async () => {
    const bytes = readBytes(kept.closed, 'blocks');
    const [flip] = flipRandomBits('blocks', bytes, { count: 1 }, createRandom(8));
    const ledger = join(copyData(flip), 'ledger');
    const args = ['audit', '--trust', trust, '--ledger', ledger, '--json'];
    const { exit, stdout } = await runCli(args, { home: kept.fresh() });
    expect([exit, JSON.parse(stdout).break.code]).toEqual([10, 'BLOCK_DAMAGED']);
  });
});
