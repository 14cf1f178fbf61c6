import { describe, expect, it } from 'vitest';
import { isTransferRefusal, normaliseTransfer, type TransferText } from './normalise-transfer.ts';

const [A, B] = [
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
];
const USDT = '0xdAC17F958D2ee523a2206206994597C13D831ec7';
const sample: TransferText = {
  network: 'eip155:1',
  transaction: `0x${'ab'.repeat(32)}`,
  from: [A!],
  to: B!,
  asset: 'native',
  amount: '1000',
};
const codeOf = (changes: Partial<TransferText>) => {
  const read = normaliseTransfer({ ...sample, ...changes });
  return isTransferRefusal(read) ? read.code : read;
};

describe('a transfer is refused', () => {
  it.each([
    '-1',
    '0',
    '007',
    '1.5',
    '1e6',
    '',
    ' 1',
    '٣',
    '0x10',
    (2n ** 256n).toString(),
    '9'.repeat(400),
  ])('with the amount %s', (amount) => expect(codeOf({ amount })).toBe('AMOUNT_FORM'));
  it('to the address that it is paid from, in whatever letters', () => {
    expect(codeOf({ to: A!.toLowerCase() })).toBe('TRANSFER_TO_SELF');
  });
  it.each([
    ['of a kind not known', 'eip155:1/erc9999:0x1'],
    ['of another network', `eip155:56/erc20:${USDT}`],
    ['mistyped', `eip155:1/erc20:${USDT.slice(0, -1)}6`],
    ['that is a word', 'USDT'],
  ])('with an asset %s', (_, asset) => expect(codeOf({ asset })).toBe('ASSET_UNKNOWN'));
  it('where network and address disagree', () => {
    expect(codeOf({ to: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa' })).toBe('ADDRESS_NETWORK');
    expect(codeOf({ from: ['T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb'] })).toBe('ADDRESS_NETWORK');
  });
  it('with a mistyped address or hash, and without a sender', () => {
    expect(codeOf({ to: `${B!.slice(0, -1)}8` })).toBe('ADDRESS_CHECKSUM');
    expect(codeOf({ transaction: 'ab'.repeat(32) })).toBe('TRANSACTION_FORM');
    expect(codeOf({ from: [] })).toBe('SENDERS_COUNT');
  });
});

describe('a transfer is taken', () => {
  it('in the one writing in which it can be compared', () => {
    const written = {
      ...sample,
      transaction: sample.transaction.toUpperCase().replace('0X', '0x'),
      from: [A!.toLowerCase(), A!],
      asset: 'eip155:1/slip44:60',
    };
    expect(normaliseTransfer(written)).toEqual(sample);
    const token = `eip155:1/erc20:${USDT.toLowerCase()}`;
    expect(normaliseTransfer({ ...sample, asset: token })).toMatchObject({
      asset: `eip155:1/erc20:${USDT}`,
    });
  });
  it('of the largest amount, and back to one of several senders', () => {
    const amount = (2n ** 256n - 1n).toString();
    expect(normaliseTransfer({ ...sample, amount })).toMatchObject({ amount });
    expect(normaliseTransfer({ ...sample, from: [A!, B!] })).toMatchObject({ to: B });
  });
  it('over a bridge, to the same address on another chain', () => {
    const arrival = { network: 'eip155:10', asset: 'native', amount: '990' };
    expect(normaliseTransfer({ ...sample, to: A!, arrival })).toMatchObject({ to: A, arrival });
  });
});
