/** A draft order to freeze leaves open what only the authority knows, and fits what an order may say. */
import { issueInput, orderContent } from '@tabellion/chaincode/order/record';
import { expect, it } from 'vitest';
import { readProfile } from '../../../chaincode/test/order-case.ts';
import { draftOrder, FREEZING_PROFILE, type Traced } from './freezing-order.ts';

const node = (address: string) =>
  ({
    ...{ network: 'eip155:1', address, end: 'EXCHANGE' },
    pools: [
      { asset: 'native', tainted: '400', observed: '500' },
      { asset: 'other', tainted: '0', observed: '7' },
    ],
  }) as unknown as Traced['nodes'][number];
const transfer = (number: number) =>
  ({
    ...{ at: 0, network: 'eip155:1', transaction: `0x${number}`.padEnd(66, '0'), from: ['0xa'] },
    ...{ to: '0xb', asset: 'native', amount: '400', tainted: '400' },
  }) as unknown as Traced['path'][number];
const traced = (transfers: number): Traced => ({
  nodes: [node('0xb')],
  path: Array.from({ length: transfers }, (_, at) => transfer(at)),
  ...{ evidence: ['ACQUISITION:1'], height: 7 },
});
const placesOf = (input: object) =>
  issueInput
    .safeParse({ id: 'a'.repeat(32), contents: { ADDRESSEE: 'b'.repeat(64) }, ...input })
    .error?.issues.map(({ path }) => path.join('.'));

it('is refused until what is left open is filled in', () => {
  const { input, addressee, enforcing } = draftOrder(traced(2), 3);
  expect(placesOf(input)?.sort()).toEqual([
    ...['addressee', 'calendars.ADDRESSEE', 'calendars.ENFORCING', 'calendars.ISSUER', 'case'],
    ...['enforcing', 'legalBasis', 'stated.0.days'],
  ]);
  expect(placesOf(draftOrder(traced(2), null).input)).toContain('profile.version');
  const texts = orderContent.shape.fields.element.shape.text;
  const open = (fields: object) =>
    Object.entries(fields).flatMap(([id, text]) => (texts.safeParse(text).success ? [] : [id]));
  expect([open(addressee), open(enforcing)]).toEqual([
    ['authority', 'law'],
    ['authority', 'law', 'facts'],
  ]);
});

it('says what the profile for it has each party read, and nothing else', () => {
  const { addressee, enforcing, input } = draftOrder(traced(2), 1);
  expect(input).toMatchObject({ profile: { id: FREEZING_PROFILE } });
  const { content } = readProfile('exchange-freeze.yaml', FREEZING_PROFILE);
  const seen = (party: 'ADDRESSEE' | 'ENFORCING') =>
    content.filter(({ seenBy }) => seenBy.includes(party)).map(({ id }) => id);
  expect(Object.keys(addressee)).toEqual(seen('ADDRESSEE'));
  expect(Object.keys(enforcing)).toEqual(seen('ENFORCING'));
  expect(addressee.assets).toContain('0xb: native, up to 400');
  expect(addressee.assets).not.toContain('other');
  expect(addressee.flow).toMatch(/0x1.*\n.*0x0.*\nEvidence on the ledger:\nACQUISITION:1$/);
});

it('holds what a field may hold, the last transfers first, and says how much is left out', () => {
  const { flow } = draftOrder(traced(200), 1).addressee as { flow: string };
  expect(flow.length).toBeLessThanOrEqual(4096);
  expect(flow.length).toBeGreaterThan(3800);
  const lines = flow.split('\n');
  expect(lines[1]).toContain('0x199');
  expect(lines.at(-1)).toBe(`… and ${203 - (lines.length - 1)} more lines, in the draft`);
});
