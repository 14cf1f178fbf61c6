/** Every refusal has its line and its reason, and costs no other line anything. */
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { readLabelCsv } from './csv.ts';
import { readRow } from './csv-row.ts';
import { type Entry, LabelFormatError, type ReadOptions } from './entry.ts';
import { readMisp } from './misp-read.ts';
import { readOfac } from './ofac.ts';
import { MAX_TAGPACK_BYTES, readTagPack } from './tagpack-read.ts';
import { createTaxonomy, taxonomyFile } from './taxonomy.ts';
import { collect, derivedOf, factsOf, OPTIONS, tally } from './testing.ts';

const csv = (text: string, options: ReadOptions = OPTIONS) =>
  collect(readLabelCsv([Buffer.from(text)], options));
const pack = (text: string, options: ReadOptions = OPTIONS) =>
  collect(readTagPack([Buffer.from(text)], options));
const misp = (value: unknown, options: ReadOptions = OPTIONS) =>
  collect(readMisp([Buffer.from(JSON.stringify(value))], options));
const refusals = (entries: readonly Entry[]) =>
  entries.map((entry) => ('refused' in entry ? [entry.line, entry.refused] : [entry.line]));

const WALLET = '1BoatSLRHtKNngkdXEeobR76b53LETtpyT';
const ETHER = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const TAG = `currency: BTC\n  label: x\n  source: s\n  confidence: forensic\n  category: exchange`;
const tags = (...addresses: string[]) =>
  `title: t\ncreator: c\ntags:\n${addresses.map((each) => `- address: ${each}\n  ${TAG}\n`).join('')}`;

describe('an address', () => {
  it('is refused with its reason, and no other with it', async () => {
    const entries = await pack(
      tags(
        WALLET,
        `${WALLET.slice(0, -1)}U`,
        '"1Boat\\u200bSLRHtKNngkdXEeobR76b53LETtpyT"',
        ETHER,
        'x',
        '""',
      ),
    );
    expect(refusals(entries)).toEqual([
      [4],
      [10, 'ADDRESS_CHECKSUM'],
      [16, 'ADDRESS_CHARACTERS'],
      [22, 'ADDRESS_NETWORK'],
      [28, 'ADDRESS_FORM'],
      [34, 'ADDRESS_MISSING'],
    ]);
  });

  it('keeps its burn mark', async () => {
    const [entry] = await csv(
      `address,category,label,provenance,source\n0x${'0'.repeat(40)},scam,x,forensic,s\n`,
    );
    expect(entry).toMatchObject({ burn: true });
  });

  it('with blanks around it is taken, and told', async () => {
    const [entry] = await collect(readOfac([Buffer.from(` ${WALLET}\t\r\n`)], 'XBT', OPTIONS));
    expect(derivedOf(entry)).toContain('address: blanks around it taken off');
  });

  it('without a network is placed by its form, and told', async () => {
    const [bitcoin, tron] = await csv(
      `address,category,label,source\n${WALLET},scam,x,s\nTR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,scam,x,s\n`,
    );
    expect(derivedOf(bitcoin)[0]).toBe(
      'network: bip122:000000000019d6689c085ae165831e93 by the form, which 2 more have',
    );
    expect(derivedOf(tron)[0]).toBe('network: tron:0x2b6653dc by the form');
  });
});

describe('what a label needs', () => {
  const head = 'address,network,category,label,provenance,source,tlp';
  const row = (changes: Partial<Record<string, string>>) => {
    const cells = {
      address: WALLET,
      network: 'BTC',
      category: 'scam',
      label: 'x',
      provenance: 'forensic',
      source: 's',
      tlp: 'GREEN',
      ...changes,
    };
    return `${Object.values(cells).join(',')}\n`;
  };
  const bare = { taxonomy: OPTIONS.taxonomy, tlp: 'GREEN', pap: 'GREEN' } as const;

  it.each([
    ['an unknown category', { category: 'wizardry' }, 'CATEGORY_UNKNOWN'],
    ['no category', { category: '' }, 'CATEGORY_MISSING'],
    ['an unknown network', { network: 'NOPE' }, 'NETWORK_UNKNOWN'],
    ['an unknown confidence', { provenance: 'certain' }, 'PROVENANCE_UNKNOWN'],
    ['a confidence without source', { source: '' }, 'LABEL_SOURCE_MISSING'],
    ['no name', { label: '' }, 'LABEL_MISSING'],
    ['a name that is too long', { label: 'x'.repeat(161) }, 'FIELD_INVALID'],
    ['a control character', { label: 'a\tb' }, 'FIELD_INVALID'],
    ['a marking that may not be shared', { tlp: 'TLP:RED' }, 'FIELD_INVALID'],
  ])('%s is refused', async (_, changes, code) => {
    const entries = await csv(`${head}\n${row({})}${row(changes)}${row({ label: 'y' })}`, bare);
    expect(refusals(entries)).toEqual([[2], [3, code], [4]]);
  });

  it('can be set for the import, and is told', async () => {
    const options = {
      ...OPTIONS,
      category: 'scam',
      source: 'the import',
      label: 'a name',
      provenance: 'web_crawl',
    } as const;
    const [entry] = await csv(`address\n${WALLET}\n`, options);
    expect(factsOf([entry!])[0]).toMatchObject({
      category: 'scam',
      source: 'the import',
      label: 'a name',
      provenance: 'web_crawl',
      tlp: 'GREEN',
      pap: 'AMBER',
    });
    expect(derivedOf(entry).map((note) => note.split(':')[0])).toEqual([
      'network',
      'category',
      'source',
      'provenance',
      'label',
    ]);
  });

  it('weighs nothing where nobody says how it is known', async () => {
    const [entry] = await csv(`address,category,label,source\n${WALLET},scam,x,s\n`, bare);
    expect(factsOf([entry!])[0]!.provenance).toBe('unknown');
    expect(derivedOf(entry)).toContain('provenance: unknown, none being given');
  });
});

describe('CSV', () => {
  const head = 'address,category,label,source';
  it('gives the line of whatever does not add up', async () => {
    const entries = await csv(
      `${head}\r\n${WALLET},scam,"a ""b"", c",s\r\n${WALLET},scam,"open,s\r\n${WALLET},scam,"x"y,s\r\n${WALLET},scam,x\r\n\r\n${WALLET},scam,last,s`,
    );
    expect(refusals(entries)).toEqual([
      [2],
      [3, 'ENTRY_MALFORMED'],
      [4, 'ENTRY_MALFORMED'],
      [5, 'ENTRY_MALFORMED'],
      [7],
    ]);
    expect(factsOf([entries[0]!])[0]!.label).toBe('a "b", c');
  });

  it('refuses a line that is not UTF-8 or endless, and goes on', async () => {
    const good = Buffer.from(`${WALLET},scam,x,s\n`);
    const bad = Buffer.concat([Buffer.from(`${WALLET},scam,`), Buffer.from([0xff, 0x0a])]);
    const endless = Buffer.from(`${'a'.repeat(100_000)}\n`);
    const chunks = [Buffer.from(`\ufeff${head}\n`), good, bad, endless, good];
    const entries = await collect(readLabelCsv(chunks, OPTIONS));
    expect(refusals(entries)).toEqual([[2], [3, 'ENTRY_MALFORMED'], [4, 'ENTRY_MALFORMED'], [5]]);
    expect(entries[3]).toEqual({ line: 5, merged: 2 });
  });

  it.each([
    ['none', ''],
    ['an unknown column', 'address,colour\n'],
    ['a column twice', 'address,label,label\n'],
    ['no address', 'label,source\n'],
    ['open quotes', '"address\n'],
  ])('is refused whole with a heading of %s', async (_, text) => {
    await expect(csv(text)).rejects.toMatchObject({ code: 'PACK_MALFORMED' });
  });

  it('reads cells as RFC 4180 has them', () => {
    expect(readRow('a,,"b,""c""",')).toEqual(['a', '', 'b,"c"', '']);
    expect(readRow('')).toEqual(['']);
    expect(readRow("'=1,''x")).toEqual(['=1', "'x"]);
    for (const line of ['a"b', '"a" ,b', '"a', '"a""']) expect(readRow(line)).toBeUndefined();
  });

  it('reports one bad line of a million, in bounded memory', { timeout: 600_000 }, async () => {
    const worker = new Worker(new URL('./many-lines-child.ts', import.meta.url), {
      workerData: { rows: 1_000_001, bad: 777_777, piece: 65_536 },
      resourceLimits: { maxOldGenerationSizeMb: 160 },
    });
    const answer = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(answer).toEqual({
      accepted: 999_999,
      others: [{ line: 777_777, refused: 'ENTRY_MALFORMED', detail: 'quotes that do not add up' }],
    });
  });
});

describe('a TagPack', () => {
  it('hands what its header says to every tag without its own', async () => {
    const text = `title: t
creator: c
currency: ETH
confidence: authority_data
abuse: phishing
source: header
lastmod: 2021-11-12
is_cluster_definer: true
tags:
- address: '${ETHER}'
  label: one
- address: ${WALLET}
  label: two
  currency: BTC
  source: own
  category: exchange
  concepts: [coinjoin, mixing_service]
  lastmod: 2022-01-02
`;
    const entries = await pack(text);
    expect(factsOf(entries)).toEqual([
      {
        network: 'eip155:1',
        address: ETHER,
        category: 'phishing',
        label: 'one',
        provenance: 'authority_data',
        source: 'header',
        observedAt: Date.UTC(2021, 10, 12),
        tlp: 'GREEN',
        pap: 'AMBER',
      },
      {
        network: 'bip122:000000000019d6689c085ae165831e93',
        address: WALLET,
        category: 'phishing',
        concepts: ['exchange', 'coinjoin', 'mixer'],
        label: 'two',
        provenance: 'authority_data',
        source: 'own',
        observedAt: Date.UTC(2022, 0, 2),
        tlp: 'GREEN',
        pap: 'AMBER',
      },
    ]);
    expect(derivedOf(entries[1])).toEqual([
      'left out: is_cluster_definer',
      'network: bip122:000000000019d6689c085ae165831e93 from currency BTC',
      'category: mixer for mixing_service',
    ]);
  });

  it('puts a token on the chain whose form its address has', async () => {
    const text = tags(WALLET, `'${ETHER}'`, 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t').replaceAll(
      'BTC',
      'USDT',
    );
    expect(factsOf(await pack(text)).map(({ network }) => network)).toEqual([
      'bip122:000000000019d6689c085ae165831e93',
      'eip155:1',
      'tron:0x2b6653dc',
    ]);
  });

  it('keeps a hexadecimal address without quotes a text', async () => {
    const text = tags(ETHER).replaceAll('BTC', 'ETH');
    expect(factsOf(await pack(text))[0]!.address).toBe(ETHER);
  });

  it.each([
    ['an alias', `${tags(WALLET)}- &a {address: x}\n- *a\n`, 'PACK_UNSAFE'],
    ['an anchor', tags(WALLET).replace('title: t', 'title: &t t'), 'PACK_UNSAFE'],
    [
      'a bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b]\n${tags(WALLET)}`,
      'PACK_UNSAFE',
    ],
    ['a merge key', `base: &b {label: x}\n${tags(WALLET)}- <<: *b\n`, 'PACK_UNSAFE'],
    [
      'a type of its own',
      tags(WALLET).replace('title: t', 'title: !!python/object:os.system t'),
      'PACK_UNSAFE',
    ],
    ['great depth', `${tags(WALLET)}- ${'['.repeat(50_000)}`, 'PACK_UNSAFE'],
    ['wrong YAML', `${tags(WALLET)}- address: 'open\n`, 'PACK_MALFORMED'],
    ['two documents', `${tags(WALLET)}---\na: b\n`, 'PACK_MALFORMED'],
    ['no tags', 'title: t\ncreator: c\n', 'PACK_MALFORMED'],
    ['tags that are no list', 'title: t\ntags: x\n', 'PACK_MALFORMED'],
    ['nothing', '', 'PACK_MALFORMED'],
    ['no text', '\u0000\u0001', 'PACK_MALFORMED'],
    ['a header field twice', `label: a\nlabel: b\n${tags(WALLET)}`, 'PACK_MALFORMED'],
  ])('with %s is refused whole', async (_, text, code) => {
    const error = await pack(text).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(LabelFormatError);
    expect((error as LabelFormatError).code).toBe(code);
  });

  it('of too many bytes is refused before it is read', async () => {
    const chunk = Buffer.alloc(1 << 20, 32);
    let asked = 0;
    const chunks = (function* () {
      for (; asked < 1000; asked += 1) yield chunk;
    })();
    await expect(collect(readTagPack(chunks, OPTIONS))).rejects.toMatchObject({
      code: 'PACK_TOO_LARGE',
    });
    expect(asked).toBeLessThanOrEqual(MAX_TAGPACK_BYTES / chunk.length + 1);
  });

  it('in Latin-1 is refused', async () => {
    const bytes = Buffer.from(tags(WALLET).replace('title: t', 'title: é'), 'latin1');
    await expect(collect(readTagPack([bytes], OPTIONS))).rejects.toMatchObject({
      code: 'PACK_MALFORMED',
    });
  });

  it('refuses tags that are none by their lines', async () => {
    const entries = await pack(
      `${tags(WALLET)}- just text\n- address: ${WALLET}\n  address: ${WALLET}\n- {address: {a: b}}\n- label: no address\n  tx_hash: ab\n`,
    );
    expect(refusals(entries)).toEqual([
      [4],
      [10, 'ENTRY_MALFORMED'],
      [11, 'ENTRY_MALFORMED'],
      [13, 'ENTRY_MALFORMED'],
      [14, 'ADDRESS_MISSING'],
    ]);
  });

  it('has times that are times', async () => {
    const text = tags(WALLET).replace('creator: c', 'creator: c\nlastmod: yesterday');
    expect(tally(await pack(text))).toEqual({ FIELD_INVALID: 1 });
  });

  it('cannot slip a field past the checks in its context', async () => {
    const context = (value: string) =>
      tags(WALLET).replace('creator: c', `creator: c\ncontext: '${value}'`);
    expect(tally(await pack(context('{"tabellion":{"tlp":"RED"}}')))).toEqual({ FIELD_INVALID: 1 });
    expect(tally(await pack(context('{"tabellion":{"salt":"x"}}')))).toEqual({ FIELD_INVALID: 1 });
    const [plain] = await pack(context('{"transaction":"0x12"}'));
    expect(derivedOf(plain)).toContain('left out: context');
    const [broken] = await pack(context('{"tabellion":'));
    expect(derivedOf(broken)).toContain('left out: context');
  });
});

describe('a MISP event', () => {
  const attribute = (relation: string, value: string, more: object = {}) => ({
    type: 'text',
    object_relation: relation,
    value,
    ...more,
  });
  const object = (...attributes: object[]) => ({ name: 'coin-address', Attribute: attributes });
  const event = (objects: object[], more: object = {}) => ({
    Event: { uuid: 'u-1', info: 'A case', Orgc: { name: 'CERT' }, Object: objects, ...more },
  });
  const tag = (...names: string[]) => ({ Tag: names.map((name) => ({ name })) });

  it('of others gives labels, and tells all that was said beside them', async () => {
    const address = attribute('address', WALLET, {
      ...tag('tlp:amber+strict', 'misp-galaxy:ransomware="Conti"', 'PAP:WHITE', 'unrelated'),
      Sighting: [
        { type: '0', date_sighting: '1700000000', source: 'honeypot' },
        { type: '1', date_sighting: 1700000001 },
        { type: '2', date_sighting: 1700000002 },
        { type: '3', date_sighting: 1700000003 },
        { type: '0', date_sighting: '999999999999999' },
        'seen',
      ],
      Opinion: [
        { opinion: '80', comment: 'seen it', Note: [{ note: 'by whom?' }] },
        { opinion: 50, authors: 'CERT', created: '2023-11-14 22:13:20' },
        { opinion: 101 },
      ],
      Note: [{ note: 'a deposit address' }, {}],
    });
    const text = attribute('text', 'A case', { Sighting: [{ type: 0, date_sighting: 9 }] });
    const [entry, second] = await misp(
      event(
        [
          {
            ...object(
              address,
              text,
              attribute('symbol', 'BTC'),
              attribute('last-seen', '2023-11-14T22:13:20Z'),
            ),
            Opinion: [{ opinion: 0 }],
          },
          object(
            attribute('address', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'),
            attribute('text', 'x'),
          ),
        ],
        { Opinion: [{ opinion: 10, comment: 'of all of it' }], ...tag('scam') },
      ),
    );
    expect(factsOf([entry!])[0]).toEqual({
      network: 'bip122:000000000019d6689c085ae165831e93',
      address: WALLET,
      category: 'ransomware',
      concepts: ['scam'],
      label: 'A case',
      provenance: 'unknown',
      source: 'MISP event u-1 of CERT',
      observedAt: 1_700_000_000_000,
      tlp: 'AMBER_STRICT',
      pap: 'CLEAR',
    });
    const of = 'ADDRESS';
    const sighting = { remark: 'SIGHTING', of };
    const unreadable = { remark: 'UNREADABLE', of };
    expect(entry!.remarks).toEqual([
      { ...sighting, kind: 'SEEN', at: 1_700_000_000_000, source: 'honeypot' },
      { ...sighting, kind: 'FALSE_POSITIVE', at: 1_700_000_001_000 },
      { ...sighting, kind: 'EXPIRED', at: 1_700_000_002_000 },
      { ...unreadable, detail: 'a sighting' },
      { ...unreadable, detail: 'a sighting' },
      { ...unreadable, detail: 'a sighting' },
      { remark: 'OPINION', of, value: 80, comment: 'seen it' },
      { remark: 'NOTE', of: 'REMARK', text: 'by whom?' },
      { remark: 'OPINION', of, value: 50, author: 'CERT', at: 1_700_000_000_000 },
      { ...unreadable, detail: 'an opinion' },
      { remark: 'NOTE', of, text: 'a deposit address' },
      { ...unreadable, detail: 'a note' },
      { remark: 'SIGHTING', of: 'FIELD', kind: 'SEEN', at: 9000 },
      { remark: 'OPINION', of: 'OBJECT', value: 0 },
      { remark: 'OPINION', of: 'EVENT', value: 10, comment: 'of all of it' },
    ]);
    // Of the event once, and not with every address.
    expect(second).not.toHaveProperty('remarks');
    expect(derivedOf(entry)).toContain('source: the event');
  });

  it('reads attributes that stand alone, and passes over what is deleted or else', async () => {
    const entries = await misp(
      event([object(attribute('address', WALLET, { deleted: true })), { name: 'file' }], {
        ...tag('scam'),
        Attribute: [
          { type: 'btc', value: WALLET },
          { type: 'btc', value: WALLET, deleted: true },
          { type: 'ip-dst', value: '127.0.0.1' },
        ],
      }),
    );
    expect(refusals(entries)).toEqual([[1, 'ADDRESS_MISSING'], [2]]);
  });

  it('that is TLP:RED is not taken, and what was said of it is told all the same', async () => {
    const seen = { Sighting: [{ type: 0, date_sighting: 1 }] };
    const entries = await misp(
      event([object(attribute('address', WALLET, seen))], tag('tlp:red', 'scam')),
    );
    expect(tally(entries)).toEqual({ FIELD_INVALID: 1 });
    expect(entries[0]!.remarks).toMatchObject([{ remark: 'SIGHTING', at: 1000 }]);
  });

  it('may come in lists, in answers, and in lines of which one is bad', async () => {
    const one = event([object(attribute('address', WALLET))], tag('scam'));
    for (const form of [one, [one], { response: [one] }]) {
      expect(tally(await misp(form))).toMatchObject({ accepted: 1 });
    }
    const line = (info: string) =>
      JSON.stringify(event([object(attribute('address', WALLET))], { info, ...tag('scam') }));
    const lines = `${line('a')}\n{"Event":\n\n${line('b')}\n[1]\n${line('c')}`;
    const entries = await collect(readMisp([Buffer.from(lines)], OPTIONS));
    expect(refusals(entries)).toEqual([
      [1],
      [2, 'ENTRY_MALFORMED'],
      [4],
      [5, 'ENTRY_MALFORMED'],
      [6],
    ]);
    const late = await collect(readMisp([Buffer.from(`{"Event":\n${line('a')}`)], OPTIONS));
    expect(refusals(late)).toEqual([[1, 'ENTRY_MALFORMED'], [2]]);
  });

  it.each([
    ['no JSON', 'hello\nworld'],
    ['another shape', '{"a":1}'],
    ['a name twice', '{"Event":{"info":"a","info":"b"}}'],
    ['great depth', '['.repeat(100_000)],
  ])('that is %s is refused whole', async (_, text) => {
    await expect(collect(readMisp([Buffer.from(text)], OPTIONS))).rejects.toMatchObject({
      code: 'PACK_MALFORMED',
    });
  });
});

describe('a taxonomy', () => {
  const file = (categories: readonly object[]) =>
    taxonomyFile.safeParse({
      id: 'x',
      version: '1',
      title: 't',
      publisher: 'p',
      edition: '1',
      categories,
    }).success;

  it('has each id and word once, and parents before their children', () => {
    const a = { id: 'a', title: 'A' };
    expect(file([a, { id: 'b', parent: 'a', title: 'B', words: ['b b', 'B-B'] }])).toBe(true);
    expect(file([a, a])).toBe(false);
    expect(file([{ id: 'b', parent: 'a', title: 'B' }, a])).toBe(false);
    expect(file([a, { id: 'b', title: 'B', words: ['A'] }])).toBe(false);
    expect(
      file([
        { ...a, graphsense: 'c' },
        { id: 'c', title: 'C' },
      ]),
    ).toBe(false);
  });

  it('knows who stands below whom', () => {
    const taxonomy = createTaxonomy([
      { id: 'a', title: 'A' },
      { id: 'b', parent: 'a', title: 'B', graphsense: 'bee', words: ['Big  Bee'] },
    ]);
    expect(taxonomy.isWithin('b', 'a')).toBe(true);
    expect(taxonomy.isWithin('a', 'b')).toBe(false);
    expect(['B', 'bee', 'big_bee', 'BIG-BEE', 'c'].map(taxonomy.find)).toEqual([
      'b',
      'b',
      'b',
      'b',
      undefined,
    ]);
    expect(taxonomy.nameForGraphsense('b')).toBe('bee');
  });
});
