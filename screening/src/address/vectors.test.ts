/** The vectors that the forms' own specifications publish, and addresses that are widely known. */
import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { networkOf } from './networks.ts';
import { type NormalisedAddress, normaliseAddress } from './normalise-address.ts';
import { isRefusal } from './refusal.ts';
import { writeAddress } from './write-address.ts';

const BITCOIN = 'bip122:000000000019d6689c085ae165831e93';
const CASH = 'bip122:000000000000000000651ef99cb9fcbe';
const LITECOIN = 'bip122:12a765e31ffd4059bada1e25190f6e98';

function accept(text: string, network?: string): NormalisedAddress {
  const result = normaliseAddress(text, network);
  if (isRefusal(result)) throw new Error(`${text}: ${result.code} ${result.detail}`);
  return result;
}
const payload = (address: NormalisedAddress) => hex.encode(address.key.subarray(1));

describe('segregated witness (BIP-173, BIP-350)', () => {
  it.each([
    [
      'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
      'p2wpkh',
      '00',
      '751e76e8199196d454941c45d1b3a323f1433bd6',
    ],
    [
      'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
      'p2wsh',
      '00',
      '1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
    ],
    [
      'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
      'witness',
      '01',
      '751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6',
    ],
    ['BC1SW50QGDZ25J', 'witness', '10', '751e'],
    ['bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs', 'witness', '02', '751e76e8199196d454941c45d1b3a323'],
    [
      'tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy',
      'p2wsh',
      '00',
      '000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433',
    ],
    [
      'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c',
      'p2tr',
      '01',
      '000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433',
    ],
    [
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
      'p2tr',
      '01',
      '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    ],
  ])('reads %s', (text, form, version, program) => {
    const address = accept(text);
    expect(address.form).toBe(form);
    expect(payload(address)).toBe(version + program);
    expect(address.address).toBe(text.toLowerCase());
  });

  it.each([
    ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd', 'ADDRESS_FORM'],
    ['tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf', 'ADDRESS_FORM'],
    ['BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL', 'ADDRESS_FORM'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh', 'ADDRESS_FORM'],
    ['tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47', 'ADDRESS_FORM'],
    ['bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4', 'ADDRESS_CHARACTERS'],
    ['BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R', 'ADDRESS_FORM'],
    ['bc1pw5dgrnzv', 'ADDRESS_FORM'],
    [
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav',
      'ADDRESS_FORM',
    ],
    ['BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P', 'ADDRESS_FORM'],
    ['tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq', 'ADDRESS_FORM'],
    ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf', 'ADDRESS_FORM'],
    ['tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j', 'ADDRESS_FORM'],
    ['bc1gmk9yu', 'ADDRESS_FORM'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', 'ADDRESS_CHECKSUM'],
    // Of no network: sound as bech32 of an unknown one.
    ['tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut', 'ADDRESS_UNSUPPORTED'],
  ])('refuses %s', (text, code) => {
    expect(normaliseAddress(text)).toMatchObject({ code });
  });
});

describe('EIP-55', () => {
  it.each([
    '0x52908400098527886E0F7030069857D2E4169EE7',
    '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
    '0xde709f2102306220921060314715629080e2fb77',
    '0x27b1fdb04752bbc536007a920d24acb045561c26',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('writes %s in its checksummed case, from any case', (text) => {
    const lower = `0x${text.slice(2).toLowerCase()}`;
    const upper = `0x${text.slice(2).toUpperCase()}`;
    for (const written of [text, lower, upper]) expect(accept(written).address).toBe(text);
    expect(payload(accept(text))).toBe(lower.slice(2));
  });

  it('refuses a mixed case that does not match, also where one letter is off', () => {
    for (const text of [
      '0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD',
    ]) {
      expect(normaliseAddress(text)).toMatchObject({ code: 'ADDRESS_CHECKSUM' });
    }
  });

  it('asks for 0x in small letters and 40 digits', () => {
    for (const text of [
      '0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
      '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae',
      '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00',
      '5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
    ]) {
      expect(isRefusal(normaliseAddress(text))).toBe(true);
    }
  });
});

describe('CashAddr', () => {
  it.each([
    [
      '1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu',
      'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a',
    ],
    [
      '1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR',
      'bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy',
    ],
    ['16w1D5WRVKJuZUsSRzdLp9w3YGcgoxDXb', 'bitcoincash:qqq3728yw0y47sqn6l2na30mcw6zm78dzqre909m2r'],
    [
      '3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC',
      'bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq',
    ],
    [
      '3LDsS579y7sruadqu11beEJoTjdFiFCdX4',
      'bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e',
    ],
    [
      '31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw',
      'bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37',
    ],
  ])('and %s are one address', (legacy, cash) => {
    expect(accept(legacy, CASH).address).toBe(cash);
    expect(accept(legacy, BITCOIN).address).toBe(legacy);
    expect(accept(legacy).address).toBe(legacy);
    const bare = cash.slice('bitcoincash:'.length);
    for (const text of [cash, bare, cash.toUpperCase(), bare.toUpperCase()]) {
      const address = accept(text);
      expect(address.address).toBe(cash);
      expect(address.networks).toEqual([CASH]);
      expect(address.key).toEqual(accept(legacy).key);
    }
  });

  it('keeps the test network apart, and knows the vectors of the specification', () => {
    const hash = 'f5bf48b397dae70be82b3cca4793f8eb2b6cdac9';
    const main = accept('bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2');
    expect(payload(main)).toBe(hash);
    const test = accept('bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t');
    expect([payload(test), test.form]).toEqual([hash, 'p2sh']);
    expect(accept('pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t').networks).toEqual(test.networks);
    expect(normaliseAddress('bchtest:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2')).toMatchObject({
      code: 'ADDRESS_CHECKSUM',
    });
  });

  it('takes scripts of 32 bytes', () => {
    const text = writeAddress(networkOf(CASH)!, 'p2sh', new Uint8Array(32).fill(7))!;
    expect(payload(accept(text))).toBe('07'.repeat(32));
  });
});

describe('XRP Ledger', () => {
  const account = accept('r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59');
  it.each([
    ['X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ', 'xrpl:0'],
    ['X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu', 'xrpl:0'],
    ['T719a5UwUCnEs54UsxG9CJYYDhwmFCqkr7wxCcNcfZ6p5GZ', 'xrpl:1'],
  ])('leads from %s to the account', (text, network) => {
    expect(accept(text).key).toEqual(account.key);
    expect(accept(text).networks[0]).toBe(network);
    expect(accept(text).address).toBe(text);
  });

  it('does not take a secret for an address', () => {
    expect(isRefusal(normaliseAddress('snoPBrXtMeMyMHUVTgbuqAfg1SUTb'))).toBe(true);
  });
});

describe('Monero', () => {
  const standard =
    '4AdUndXHHZ6cfufTMvppY6JwXNouMBzSkbLYfpAV5Usx3skxNgYeYTRj5UzqtReoS44qo9mtmXCqY45DJ852K5Jv2684Rge';
  const integrated =
    '4LL9oSLmtpccfufTMvppY6JwXNouMBzSkbLYfpAV5Usx3skxNgYeYTRj5UzqtReoS44qo9mtmXCqY45DJ852K5Jv2bYXZKKQePHES9khPK';

  it('leads from an integrated address to the standard one', () => {
    expect(accept(standard).form).toBe('monero');
    expect(accept(integrated).form).toBe('monero-integrated');
    expect(accept(integrated).key).toEqual(accept(standard).key);
  });

  it('knows a subaddress', () => {
    const text =
      '888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H';
    expect(accept(text).form).toBe('monero-subaddress');
    expect(accept(text).networks).toEqual(['monero:418015bb9ae982a1975da7d79277c270']);
  });

  it('refuses a block that no encoding writes', () => {
    expect(normaliseAddress(`zzzzzzzzzzz${standard.slice(11)}`)).toMatchObject({
      code: 'ADDRESS_CHECKSUM',
    });
  });
});

describe('others', () => {
  it.each([
    ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'tron', 'Tron'],
    ['TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', 'solana', 'Solana'],
    ['DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L', 'p2pkh', 'Dogecoin'],
    ['t1Hsc1LR8yKnbbe3twRp88p6vFfC5t7DLbs', 'p2pkh', 'Zcash'],
    ['mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', 'p2pkh', 'Bitcoin testnet 3'],
    ['2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc', 'p2sh', 'Bitcoin testnet 3'],
    ['ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9', 'p2wpkh', 'Litecoin'],
    ['bnb1grpf0955h0ykzq3ar5nmum7y6gdfl6lxfn46h2', 'bnb', 'BNB Beacon Chain'],
  ])('%s is %s of %s', (text, form, name) => {
    const address = accept(text);
    expect(address.form).toBe(form);
    expect(networkOf(address.networks[0]!)!.name).toBe(name);
    expect(address.address).toBe(text);
  });

  it('gives Litecoin’s 3… and M… one canonical text', () => {
    const old = '3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC';
    const fresh = accept(old, LITECOIN).address;
    expect(fresh.startsWith('M')).toBe(true);
    expect(accept(fresh).key).toEqual(accept(old).key);
    expect(accept(old).networks).toContain(LITECOIN);
  });

  it.each([
    ['zs1z7rejlpsa98s2rrrfkwmaxu53e4ue0ulcrw0h4x5g8jl04tak0d3mm47vdtahatqrlkngh9slya', 'shielded'],
    [`u1${'q'.repeat(140)}`, 'unified'],
    [`ltcmweb1${'q'.repeat(100)}`, 'MimbleWimble'],
    [`lnbc${'1q'.repeat(40)}`, 'Lightning'],
    ['simpleledger:qpm2qsznhks23z7629mms6s4cwef74vcwvhanqgjxu', 'SLP'],
    ['GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7', 'Stellar'],
  ])('says why %s is not supported', (text, reason) => {
    const refusal = normaliseAddress(text);
    expect(refusal).toMatchObject({ code: 'ADDRESS_UNSUPPORTED' });
    expect((refusal as { detail: string }).detail).toContain(reason);
  });
});
