/** Foreign CASE files become drafts; what they leave open stays open, and what harms is refused. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LEDGER, sampleCommitment, sampleLife } from '../testing.ts';
import { buildAcquisitionGraph } from './acquisition-graph.ts';
import { draftFromCase } from './draft-case.ts';
import { parseCase } from './parse-case.ts';
import { writeCase } from './write-case.ts';

const CONTEXT = {
  kb: 'http://example.org/kb/',
  core: 'https://ontology.unifiedcyberontology.org/uco/core/',
  action: 'https://ontology.unifiedcyberontology.org/uco/action/',
  observable: 'https://ontology.unifiedcyberontology.org/uco/observable/',
  types: 'https://ontology.unifiedcyberontology.org/uco/types/',
  tool: 'https://ontology.unifiedcyberontology.org/uco/tool/',
  investigation: 'https://ontology.caseontology.org/case/investigation/',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};
const SHA256 = 'AB'.repeat(32);
const makeFile = (
  changes: object = {},
  hashes: readonly object[] = [
    {
      '@type': 'types:Hash',
      'types:hashMethod': 'SHA256',
      'types:hashValue': { '@type': 'xsd:hexBinary', '@value': SHA256 },
    },
  ],
) => ({
  '@id': 'kb:file',
  '@type': 'observable:File',
  'core:hasFacet': [
    {
      '@type': 'observable:FileFacet',
      'observable:filePath': 'a/照片.jpg',
      'observable:sizeInBytes': 12,
      ...changes,
    },
    { '@type': 'observable:ContentDataFacet', 'observable:hash': hashes },
  ],
});
const wrap = (nodes: readonly object[], context: unknown = CONTEXT) => ({
  '@context': context,
  '@graph': nodes,
});

const read = async (document: unknown) =>
  draftFromCase(await parseCase(Buffer.from(JSON.stringify(document))));
const refuse = (document: unknown) =>
  read(document).then(
    () => 'READ',
    ({ code }) => code,
  );
const remarksOf = async (node: object) =>
  (await read(wrap([node]))).remarks.filter(({ remark }) => remark !== 'NOT_CARRIED');

describe('import of CASE', () => {
  it('gives files with digests, tools and times, and nothing else', async () => {
    const action = {
      '@id': 'kb:action',
      '@type': 'investigation:InvestigativeAction',
      'core:description': 'search of the office',
      'action:startTime': { '@type': 'xsd:dateTime', '@value': '2026-01-02T03:04:05+08:00' },
      'action:instrument': [
        { '@id': 'kb:tool', '@type': 'tool:Tool', 'core:name': 'imager', 'tool:version': '4.2' },
      ],
      'action:result': [makeFile()],
    };
    const { acquisition, files, remarks } = await read(wrap([action]));
    expect(acquisition).toEqual({
      tools: [{ name: 'imager', version: '4.2' }],
      startedAt: Date.parse('2026-01-01T19:04:05Z'),
    });
    expect(files).toEqual([
      {
        name: Buffer.from('a/照片.jpg').toString('latin1'),
        size: 12,
        sha256: SHA256.toLowerCase(),
      },
    ]);
    expect(remarks).toContainEqual({ remark: 'NOT_CARRIED', what: 'core:description', count: 1 });
  });

  it('reads what we export, names that are no text among it', async () => {
    const { provenance } = sampleLife();
    const odd = sampleCommitment({ path: Buffer.from([0x61, 0xff]).toString('base64url') });
    const batches = [{ batch: provenance.batch!, items: [sampleCommitment(), odd] }];
    const parts: Uint8Array[] = [];
    for await (const part of writeCase(buildAcquisitionGraph(LEDGER, provenance, batches)))
      parts.push(part);
    const { files, remarks } = draftFromCase(await parseCase(Buffer.concat(parts)));
    expect(files.map(({ name }) => name)).toEqual([
      Buffer.from('disk1/照片 1.jpg').toString('latin1'),
      'a\xff',
    ]);
    // The film of the seizure has a digest and no name of a file.
    const others = remarks.filter(({ remark }) => remark !== 'NOT_CARRIED');
    expect(others).toMatchObject([{ remark: 'NO_NAME' }]);
  });

  it('reads the namespaces of versions before 1.0', async () => {
    const old = Object.fromEntries(
      Object.entries(CONTEXT).map(([name, iri]) => [
        name,
        iri.replace(
          /https:\/\/ontology\.(\w+)\.org\/(\w+)\/(\w+)\//,
          'https://$1.org/ontology/$2/$3#',
        ),
      ]),
    );
    expect((await read(wrap([makeFile()], old))).files).toHaveLength(1);
  });

  it('tells unknown terms one by one, with how often they stand there', async () => {
    const node = (id: string) => ({ '@id': id, shoeSize: 44, 'kb:colour': 'red' });
    const { remarks } = await read(wrap([node('kb:a'), node('kb:b')]));
    expect(remarks).toEqual([
      { remark: 'UNDEFINED_TERM', what: 'invalid property: shoeSize', count: 2 },
      { remark: 'FOREIGN_TERM', what: 'http://example.org/kb/colour', count: 2 },
    ]);
  });

  it('leaves files out that cannot be listed, and says why', async () => {
    const md5 = [{ 'types:hashMethod': 'MD5', 'types:hashValue': '0'.repeat(32) }];
    const what = 'http://example.org/kb/file';
    expect(await remarksOf(makeFile({}, md5))).toEqual([{ remark: 'NO_SHA256', what }]);
    expect(await remarksOf(makeFile({ 'observable:sizeInBytes': [] }))).toEqual([
      { remark: 'NO_SIZE', what },
    ]);
    expect(await remarksOf(makeFile({ 'observable:filePath': [] }))).toEqual([
      { remark: 'NO_NAME', what },
    ]);
    const bad = [{ 'types:hashMethod': 'SHA256', 'types:hashValue': 'zz' }];
    expect(await remarksOf(makeFile({}, bad))).toMatchObject([{ remark: 'BAD_VALUE' }]);
    for (const size of [-1, 1.5, '12 bytes', [1, 2]]) {
      expect(await remarksOf(makeFile({ 'observable:sizeInBytes': size }))).toMatchObject([
        { remark: 'BAD_VALUE' },
      ]);
    }
  });

  it('takes no side where one name has several contents', async () => {
    const other = [{ 'types:hashMethod': 'SHA-256', 'types:hashValue': 'cd'.repeat(32) }];
    const twin = { ...makeFile({}, other), '@id': 'kb:other' };
    const same = { ...makeFile(), '@id': 'kb:same' };
    expect((await read(wrap([makeFile(), same]))).files).toHaveLength(2);
    const { files, remarks } = await read(wrap([makeFile(), twin]));
    expect(files).toEqual([]);
    expect(remarks).toContainEqual({ remark: 'AMBIGUOUS', what: 'a/照片.jpg', count: 2 });
  });

  it('ends where actions and facets go round in circles, and says so', async () => {
    const action = (id: string, before: string) => ({
      '@id': id,
      '@type': 'investigation:InvestigativeAction',
      'investigation:wasInformedBy': [{ '@id': before }],
    });
    const own = {
      '@id': 'kb:own',
      '@type': 'observable:File',
      'core:hasFacet': [{ '@id': 'kb:own' }],
    };
    const chain = Array.from({ length: 20_000 }, (_, at) => action(`kb:c${at}`, `kb:c${at + 1}`));
    const { remarks, files } = await read(
      wrap([
        action('kb:a', 'kb:b'),
        action('kb:b', 'kb:c'),
        action('kb:c', 'kb:a'),
        own,
        ...chain,
        makeFile(),
      ]),
    );
    expect(files).toHaveLength(1);
    expect(remarks.filter(({ remark }) => remark === 'CYCLE')).toHaveLength(1);
  }, 30_000);

  it('is given up where contexts would inherit more and more', async () => {
    const terms = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`t${at}`, `http://example.org/${at}`]),
    );
    const local = (at: number) => ({ ...makeFile(), '@context': { [`l${at}`]: 'http://x.org/' } });
    const nodes = Array.from({ length: 200 }, (_, at) => local(at));
    expect(await refuse(wrap(nodes, { ...CONTEXT, ...terms }))).toBe('CASE_MALFORMED');
  });

  it('fetches no context, wherever it is named', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.end('{"@context":{}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/context`;
    for (const context of [
      url,
      [CONTEXT, url],
      { ...CONTEXT, '@import': url },
      { x: { '@id': 'kb:x', '@context': url } },
    ]) {
      expect(await refuse(wrap([makeFile()], context)), JSON.stringify(context)).toBe(
        'CASE_REMOTE_CONTEXT',
      );
    }
    expect(await refuse(wrap([{ '@id': 'kb:a', 'kb:b': { '@context': url } }]))).toBe(
      'CASE_REMOTE_CONTEXT',
    );
    expect(asked).toEqual([]);
  });

  it('refuses what is no JSON-LD, too deep, or ambiguous', async () => {
    const texts = [
      'no JSON',
      '12',
      `${'['.repeat(100)}${']'.repeat(100)}`,
      '{"@id":"a","@id":"b"}',
      '{"__proto__":{"a":1}}',
      '{"@context":{"a":{"@id":7}},"@graph":[{"a":1}]}',
    ];
    for (const text of texts) {
      const code = await parseCase(Buffer.from(text)).then(
        () => 'READ',
        (error) => error.code,
      );
      expect(code, text).toBe('CASE_MALFORMED');
    }
    expect(await parseCase(new Uint8Array([0xff])).catch(({ code }) => code)).toBe(
      'CASE_MALFORMED',
    );
    expect(await parseCase(Buffer.alloc((1 << 26) + 1, 0x20)).catch(({ code }) => code)).toBe(
      'CASE_MALFORMED',
    );
  });
});
