import { transferStatement } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { sampleAddress } from '../../label/testing.ts';
import { readTransferCsv, TRANSFER_COLUMNS } from './csv.ts';

const LINK = `ACQUISITION:${'ab'.repeat(16)}`;
const HASH = `0x${'1f'.repeat(32)}`;
const GOOD: Readonly<Record<string, string>> = {
  network: 'ETH',
  transaction: HASH,
  from: sampleAddress(1),
  to: sampleAddress(2),
  asset: 'native',
  amount: '1000',
  at: '2026-03-01T10:00:00Z',
  provenance: 'ledger_immanent',
  source: 'own node',
  links: LINK,
};
const DEFAULTS = { tlp: 'AMBER', pap: 'AMBER' } as const;

const listOf = (...changes: Readonly<Record<string, string>>[]) => {
  const heading = [...new Set([...Object.keys(GOOD), ...changes.flatMap(Object.keys)])];
  const rows = changes.map((change) =>
    heading.map((name) => ({ ...GOOD, ...change })[name] ?? '').join(','),
  );
  return [heading.join(','), ...rows, ''].join('\n');
};
async function read(text: string, defaults = {}) {
  const entries = [];
  for await (const entry of readTransferCsv([Buffer.from(text)], { ...DEFAULTS, ...defaults })) {
    entries.push(entry);
  }
  return entries;
}
const codeOf = async (change: Readonly<Record<string, string>>) => {
  const [entry] = await read(listOf(change));
  return entry && 'refused' in entry ? entry.refused : entry;
};

describe('a row is refused', () => {
  it.each([
    ['a negative amount', { amount: '-5' }, 'AMOUNT_FORM'],
    ['a huge amount', { amount: '9'.repeat(79) }, 'AMOUNT_FORM'],
    ['a leading zero', { amount: '0100' }, 'AMOUNT_FORM'],
    ['a broken amount', { amount: '1.5' }, 'AMOUNT_FORM'],
    ['the same address at both ends', { to: sampleAddress(1).toLowerCase() }, 'TRANSFER_TO_SELF'],
    ['an unknown asset', { asset: 'eip155:1/erc9:0x1' }, 'ASSET_UNKNOWN'],
    ['an address of another network', { network: 'BTC' }, 'TRANSACTION_FORM'],
    ['an address that disagrees', { to: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa' }, 'ADDRESS_NETWORK'],
    ['an unknown network', { network: 'nowhere' }, 'NETWORK_UNKNOWN'],
    ['no time', { at: 'yesterday' }, 'FIELD_INVALID'],
    ['no evidence', { links: '' }, 'FIELD_INVALID'],
    ['evidence of no kind', { links: 'ORDER:12' }, 'FIELD_INVALID'],
    ['evidence twice', { links: `${LINK};${LINK}` }, 'FIELD_INVALID'],
    ['an index that is no number', { index: '1e3' }, 'FIELD_INVALID'],
    ['no source', { source: '' }, 'FIELD_INVALID'],
    ['a bridge that keeps nothing', { arrival_amount: '0', arrival_network: 'OP' }, 'AMOUNT_FORM'],
  ])('with %s', async (_, change, code) => expect(await codeOf(change)).toBe(code));

  it('that says otherwise of a transfer than a line before', async () => {
    const entries = await read(listOf({}, {}, { amount: '7' }, { index: '1' }));
    expect(entries).toMatchObject([
      { line: 2 },
      { line: 3, merged: 2 },
      { line: 4, refused: 'TRANSFER_CONTRADICTED' },
      { line: 5, facts: { index: 1 } },
    ]);
  });
});

it('a row is taken in the one writing, with what was derived', async () => {
  const text = listOf({ asset: '', links: '', to: sampleAddress(2).toLowerCase() });
  const links = [{ kind: 'ITEM', id: 'cd'.repeat(32) }];
  const [entry] = await read(text, { links });
  expect(entry).toEqual({
    line: 2,
    facts: expect.objectContaining({ to: sampleAddress(2), asset: 'native', links, index: 0 }),
    derived: ['asset: native, none being given', 'links: set for the import'],
  });
  const { facts } = entry as { facts: object };
  const salted = { type: 'tabellion.transfer', v: 1, ...facts, salt: 'A'.repeat(22) };
  expect(transferStatement.safeParse(salted).success).toBe(true);
});

it('over a bridge what came out is kept with its own asset', async () => {
  const change = { arrival_network: 'eip155:10', arrival_amount: '990' };
  const [entry] = await read(listOf(change));
  const arrival = { network: 'eip155:10', asset: 'native', amount: '990' };
  expect(entry).toMatchObject({ facts: { arrival } });
});

it('a heading without what is needed, or with a column unknown, is no such list', async () => {
  await expect(read('transaction,from,to\n')).rejects.toMatchObject({ code: 'PACK_MALFORMED' });
  const unknown = `${TRANSFER_COLUMNS.join(',')},memo\n`;
  await expect(read(unknown)).rejects.toMatchObject({ code: 'PACK_MALFORMED' });
});

it('one bad line of twenty thousand is told, and the others are taken', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => ({
    index: `${index}`,
    ...(index === 7_777 && { amount: '-1' }),
  }));
  const entries = await read(listOf(...rows));
  const refused = entries.filter((entry) => 'refused' in entry);
  expect(refused).toEqual([expect.objectContaining({ line: 7_779, refused: 'AMOUNT_FORM' })]);
  expect(entries).toHaveLength(20_000);
}, 120_000);
