/** What no address may slip through with, and what every form has in common. */
import { base58, bech32, bech32m } from '@scure/base';
import { utf8 } from '@tabellion/proof';
import { getAddressInfo, validate } from 'bitcoin-address-validation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeBase58 } from './base58.ts';
import { FAMILY, type Family } from './form.ts';
import { findNetworks, NETWORKS, type Network, networkOf } from './networks.ts';
import { type NormalisedAddress, normaliseAddress } from './normalise-address.ts';
import { isRefusal } from './refusal.ts';
import { RESERVED_VERDICTS } from './reserved.ts';
import { writeAddress, writeReserved } from './write-address.ts';

const BITCOIN = NETWORKS[0]!;
const accept = (text: string, network?: string) => {
  const result = normaliseAddress(text, network);
  if (isRefusal(result)) throw new Error(`${text}: ${result.code} ${result.detail}`);
  return result;
};

/** Witness versions that ask for no key as yet, each beside `length`. */
const later = (length: number) => Array.from({ length: 15 }, (_, at) => [at + 2, length]);

/** An address of any network whose checksum is its own: all but Solana, and EVM in one case. */
const LENGTHS: Readonly<Record<Family, number>> = {
  p2pkh: 20,
  p2sh: 20,
  witness: 33,
  evm: 20,
  tron: 20,
  solana: 32,
  xrp: 20,
  monero: 64,
  bnb: 20,
};
interface Sample {
  readonly network: Network;
  readonly family: Family;
  readonly payload: Uint8Array;
  readonly text: string;
}
const sample = (families: readonly Family[], networks = NETWORKS): fc.Arbitrary<Sample> =>
  fc
    .tuple(
      fc.constantFrom(...families),
      fc.constantFrom(...networks),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.constantFrom(0, 1, 16),
    )
    .map(([family, network, bytes, version]) => {
      const payload = bytes.slice(0, LENGTHS[family]);
      if (family === 'witness') payload[0] = version;
      return { network, family, payload, text: writeAddress(network, family, payload) ?? '' };
    })
    .filter(({ text }) => text !== '');
const ALL = Object.keys(FAMILY) as Family[];

describe('every form', () => {
  it('leads from text to key and back, on its network', () => {
    fc.assert(
      fc.property(sample(ALL), ({ network, family, payload, text }) => {
        const address = accept(text, network.id);
        expect(address.address).toBe(text);
        expect(address.family).toBe(family);
        expect(address.key).toEqual(Uint8Array.of(FAMILY[family], ...payload));
        expect(address.networks).toEqual([network.id]);
        const open = accept(text);
        expect(open.key).toEqual(address.key);
        if (!network.test) expect(open.networks).toContain(network.id);
        expect(accept(open.address).key).toEqual(address.key);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses one changed letter', () => {
    const checked = ALL.filter((family) => family !== 'solana' && family !== 'evm');
    const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:';
    fc.assert(
      fc.property(sample(checked), fc.nat(), fc.nat(), ({ text }, place, letter) => {
        const at = place % text.length;
        const other = alphabet[letter % alphabet.length]!;
        fc.pre(other !== text[at]);
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        expect(isRefusal(normaliseAddress(changed))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a letter in the wrong case where case is the checksum (EIP-55)', () => {
    const flip = (letter: string) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    fc.assert(
      fc.property(sample(['evm']), fc.nat(), ({ text }, place) => {
        const letters = [...text.matchAll(/[a-fA-F]/g)].map(({ index }) => index);
        fc.pre(/[a-f].*[a-f]/.test(text) && /[A-F].*[A-F]/.test(text));
        const at = letters[place % letters.length]!;
        const changed = text.slice(0, at) + flip(text[at]!) + text.slice(at + 1);
        expect(normaliseAddress(changed)).toMatchObject({ code: 'ADDRESS_CHECKSUM' });
      }),
      { numRuns: 500 },
    );
  });

  it('refuses an address cut short or with a letter more', () => {
    const checked = ALL.filter((family) => family !== 'solana');
    fc.assert(
      fc.property(sample(checked), fc.constantFrom('1', 'q', '0', 'a'), ({ text }, letter) => {
        expect(isRefusal(normaliseAddress(text.slice(0, -1)))).toBe(true);
        expect(isRefusal(normaliseAddress(text.slice(1)))).toBe(true);
        expect(isRefusal(normaliseAddress(text + letter))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('throws on no text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string()), (text, network) => {
        normaliseAddress(text, network ?? undefined);
      }),
      { numRuns: 2000 },
    );
    expect(normaliseAddress('')).toMatchObject({ code: 'ADDRESS_FORM' });
    expect(normaliseAddress('1'.repeat(1_000_000))).toMatchObject({ code: 'ADDRESS_FORM' });
  });
});

describe('bech32 of networks not known here', () => {
  const hrps =
    'osmo juno kava inj cosmos terra dgb celestia akash stars secret axelar regen pb persistence quasar zil one xch grs mona vtc sys fc rdd bcf npub'.split(
      ' ',
    );
  const foreign = fc
    .tuple(
      fc.constantFrom(...hrps),
      fc.constantFrom(20, 32),
      fc.array(fc.nat(255), { minLength: 32, maxLength: 32 }),
      fc.constantFrom(bech32, bech32m),
      fc.boolean(),
    )
    .map(([hrp, length, bytes, encoding, isUpper]) => {
      const text = encoding.encode(hrp, encoding.toWords(Uint8Array.from(bytes.slice(0, length))));
      return isUpper ? text.toUpperCase() : text;
    });

  it('are of a kind that cannot be screened, none invalid and none of Solana', () => {
    let base58Texts = 0;
    fc.assert(
      fc.property(foreign, (text) => {
        if (/^[1-9A-HJ-NP-Za-km-z]{43,44}$/.test(text) && base58.decode(text).length === 32) {
          base58Texts += 1;
        }
        expect(normaliseAddress(text)).toEqual({
          code: 'ADDRESS_UNSUPPORTED',
          detail: 'bech32 of no network known here',
        });
      }),
      { numRuns: 2000, seed: 7 },
    );
    expect(base58Texts).toBeGreaterThan(20);
  });

  it('mistyped are no address of Solana', () => {
    const alphabet = '23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';
    fc.assert(
      fc.property(foreign, fc.nat(), fc.constantFrom(...alphabet), (text, place, letter) => {
        const at = place % text.length;
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        expect(normaliseAddress(changed)).toHaveProperty('code');
      }),
      { numRuns: 2000, seed: 7 },
    );
    const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
    fc.assert(
      fc.property(foreign, (text) => {
        expect(normaliseAddress(capital(text.toLowerCase()))).toHaveProperty('code');
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('keep the reason that is known of them', () => {
    const silent = bech32m.encode('sp', bech32m.toWords(new Uint8Array(66).fill(2)), 128);
    expect(normaliseAddress(silent)).toMatchObject({
      code: 'ADDRESS_UNSUPPORTED',
      detail: expect.stringContaining('BIP-352'),
    });
  });

  it.each([
    'So11111111111111111111111111111111111111112',
    'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
    '1nc1nerator11111111111111111111111111111111',
    '11111111111111111111111111111111',
    'Vote111111111111111111111111111111111111111',
  ])('are not %s', (text) => {
    expect(accept(text).form).toBe('solana');
  });
});

describe('letters', () => {
  const good = '1BoatSLRHtKNngkdXEeobR76b53LETtpyT';
  it.each([
    ['a zero-width space', `${good.slice(0, 5)}\u200b${good.slice(5)}`, 'U+200B at place 6'],
    ['a Cyrillic letter', good.replace('o', '\u043e'), 'U+043E at place 3'],
    ['a full-width digit', good.replace('7', '\uff17'), 'U+FF17'],
    ['a blank inside', `${good.slice(0, 5)} ${good.slice(5)}`, 'U+0020 at place 6'],
    ['a blank behind', `${good} `, 'U+0020 at place 35'],
    ['a mark of direction', `\u202e${good}`, 'U+202E at place 1'],
    ['a byte-order mark', `\ufeff${good}`, 'U+FEFF at place 1'],
    ['a letter outside the first plane', `${good}𝟏`, 'U+1D7CF at place 35'],
    ['0 for o', good.replace('o', '0'), 'U+0030 at place 3'],
    ['l for 1 in an EVM address', `0x${'l'.repeat(40)}`, 'U+006C at place 3'],
  ])('names %s', (_, text, detail) => {
    const refusal = normaliseAddress(text);
    expect(refusal).toMatchObject({ code: 'ADDRESS_CHARACTERS' });
    expect((refusal as { detail: string }).detail).toContain(detail);
  });

  it('never repeats what was pasted', () => {
    const key = '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ';
    const refusal = normaliseAddress(key);
    expect(isRefusal(refusal)).toBe(true);
    expect(JSON.stringify(refusal)).not.toContain(key.slice(0, 8));
  });
});

describe('networks', () => {
  it('refuse an address of another form', () => {
    const tron = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';
    expect(normaliseAddress(tron, 'eip155:1')).toMatchObject({ code: 'ADDRESS_NETWORK' });
    expect(normaliseAddress(tron, BITCOIN.id)).toMatchObject({ code: 'ADDRESS_NETWORK' });
    expect(normaliseAddress(tron, 'tron:0xcd8690dc')).toMatchObject({ form: 'tron' });
    const test = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';
    expect(normaliseAddress(test, BITCOIN.id)).toMatchObject({ code: 'ADDRESS_NETWORK' });
    expect(normaliseAddress('1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu', 'eip155:1')).toMatchObject({
      code: 'ADDRESS_NETWORK',
    });
  });

  it('of the EVM kind may have any number', () => {
    const text = '0x52908400098527886E0F7030069857D2E4169EE7';
    expect(accept(text, 'eip155:7777777').networks).toEqual(['eip155:7777777']);
    expect(accept(text).networks[0]).toBe('eip155:1');
    for (const id of ['eip155:0x1', 'eip155:', 'Ethereum', 'eip155:1:2', '']) {
      expect(normaliseAddress(text, id)).toMatchObject({ code: 'ADDRESS_NETWORK' });
    }
    expect(normaliseAddress(text, 'tvm:-239')).toMatchObject({ code: 'ADDRESS_UNSUPPORTED' });
  });

  it('have ids and codes of their own', () => {
    expect(new Set(NETWORKS.map(({ id }) => id)).size).toBe(NETWORKS.length);
    const written = NETWORKS.map(({ assets }) => assets[0]!);
    expect(new Set(written).size).toBe(NETWORKS.length);
    for (const [at, code] of written.entries()) expect(findNetworks(code)[0]).toBe(NETWORKS[at]);
  });

  it.each([
    ['XBT', 'Bitcoin'],
    ['btc', 'Bitcoin'],
    ['BEP20', 'BNB Smart Chain'],
    ['BEP2', 'BNB Beacon Chain'],
    ['USDT', 'Ethereum'],
    ['dash', 'Dash'],
    ['eip155:61', 'Ethereum Classic'],
    ['Litecoin', 'Litecoin'],
  ])('are found by %s', (code, name) => {
    expect(findNetworks(code)[0]!.name).toBe(name);
  });

  it('are not made up', () => {
    for (const code of ['', 'NOPE', 'constructor', '__proto__'])
      expect(findNetworks(code)).toEqual([]);
  });
});

describe('keys', () => {
  it('are one for an EVM address on two chains, and for a hash on Bitcoin and its forks', () => {
    const evm = '0x52908400098527886E0F7030069857D2E4169EE7';
    expect(accept(evm, 'eip155:1').key).toEqual(accept(evm, 'eip155:56').key);
    const hash = new Uint8Array(20).fill(3);
    const keys = NETWORKS.flatMap((network) => {
      const text = writeAddress(network, 'p2pkh', hash);
      return text === undefined ? [] : [accept(text, network.id).key.join()];
    });
    expect(keys.length).toBeGreaterThan(10);
    expect(new Set(keys).size).toBe(1);
  });

  it('differ between forms over the same bytes', () => {
    const bytes = new Uint8Array(64).fill(9, 1);
    const texts = NETWORKS.flatMap((network) =>
      ALL.map((family) => writeAddress(network, family, bytes.subarray(0, LENGTHS[family]))),
    ).filter((text) => text !== undefined);
    const byKey = Map.groupBy(
      texts.map((text) => accept(text)),
      ({ key }) => key.join(),
    );
    for (const same of byKey.values()) {
      expect(new Set(same.map(({ family }) => family)).size).toBe(1);
    }
  });
});

describe('burn addresses', () => {
  it.each([
    '1111111111111111111114oLvT2',
    '1BitcoinEaterAddressDontSendf59kuE',
    '1CounterpartyXXXXXXXXXXXXXXXUWLpVr',
    '0x0000000000000000000000000000000000000000',
    '0x000000000000000000000000000000000000dEaD',
    '0x0000000000000000000000000000000000000001',
    '0xdead000000000000000042069420694206942069',
    '0xffffffffffffffffffffffffffffffffffffffff',
    'T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb',
    '11111111111111111111111111111111',
    '1nc1nerator11111111111111111111111111111111',
    'rrrrrrrrrrrrrrrrrrrrrhoLvTp',
    'rrrrrrrrrrrrrrrrrrrrBZbvji',
    'bc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9e75rs',
    writeAddress(BITCOIN, 'witness', Uint8Array.of(1, ...new Uint8Array(32)))!,
  ])('%s is marked', (text) => {
    expect(accept(text).burn).toBe(true);
  });

  it('are none of the witness programs that anybody may spend from', () => {
    for (const [version, length] of [...later(20), ...later(32), [1, 20], [1, 2], [16, 40]]) {
      const payload = Uint8Array.of(version!, ...new Uint8Array(length!));
      expect(accept(writeAddress(BITCOIN, 'witness', payload)!).burn).toBe(false);
    }
  });

  it('are the exception', () => {
    fc.assert(
      fc.property(sample(ALL), ({ text, payload }) => {
        fc.pre(new Set(payload).size > 4);
        expect(accept(text).burn).toBe(false);
      }),
    );
  });
});

describe('reserved test addresses', () => {
  it('name every verdict, on every network but Monero', () => {
    for (const network of NETWORKS.filter(({ kind }) => kind !== 'monero')) {
      for (const verdict of RESERVED_VERDICTS) {
        const address = accept(writeReserved(network, verdict)!, network.id);
        expect(address.reserved).toBe(verdict);
        expect(address.burn).toBe(false);
      }
    }
    const labelled = writeReserved(networkOf('eip155:1')!, 'LABELLED')!;
    expect(labelled.toLowerCase()).toBe('0x746162656c6c696f6e2d746573742d3030303031');
  });

  it('are nothing near them', () => {
    for (const text of ['tabellion-test-00000', 'tabellion-test-00007', 'tabellion-test-00010']) {
      expect(accept(writeAddress(BITCOIN, 'p2pkh', utf8(text))!).reserved).toBeUndefined();
    }
    for (const [version, length] of [[1, 20], [1, 32], ...later(20), ...later(32)]) {
      const program = new Uint8Array(length!);
      program.set(utf8('tabellion-test-00002'));
      const read = (first: number) =>
        accept(writeAddress(BITCOIN, 'witness', Uint8Array.of(first, ...program))!).reserved;
      expect(read(version!)).toBeUndefined();
      expect(read(0)).toBe('NO_LABEL');
    }
    const solana = Uint8Array.of(...utf8('tabellion-test-00001'), ...new Uint8Array(11), 1);
    expect(accept(base58.encode(solana)).reserved).toBeUndefined();
  });
});

describe('bitcoin-address-validation', () => {
  const FORMS: Readonly<Record<string, readonly string[]>> = {
    p2pkh: ['p2pkh'],
    p2sh: ['p2sh'],
    p2wpkh: ['p2wpkh'],
    p2wsh: ['p2wsh'],
    p2tr: ['p2tr'],
  };
  const bitcoins = NETWORKS.filter(({ name }) => /^Bitcoin( |$)(?!Cash|SV|Gold)/.test(name));
  const families: Family[] = ['p2pkh', 'p2sh', 'witness'];

  it('agrees on Bitcoin addresses', () => {
    let compared = 0;
    fc.assert(
      fc.property(sample(families, bitcoins), ({ text }) => {
        const ours = accept(text);
        if (ours.form === 'witness') return;
        compared += 1;
        expect(validate(text)).toBe(true);
        expect(FORMS[ours.form]).toContain(getAddressInfo(text).type);
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('agrees on what is none', () => {
    fc.assert(
      fc.property(sample(families, bitcoins), fc.nat(), ({ text }, place) => {
        const at = place % text.length;
        const changed = text.slice(0, at) + (text[at] === 'q' ? 'p' : 'q') + text.slice(at + 1);
        expect(validate(changed)).toBe(false);
        expect(isRefusal(normaliseAddress(changed))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is stricter than a version byte: one of no network is refused', () => {
    const text = writeBase58(58 + 70, new Uint8Array(20).fill(1));
    expect(normaliseAddress(text)).toMatchObject({ code: 'ADDRESS_UNSUPPORTED' });
  });
});

describe('an answer', () => {
  it('can be copied and written as JSON', () => {
    const address: NormalisedAddress = accept('0x52908400098527886e0f7030069857d2e4169ee7');
    expect({ ...address }.address).toBe('0x52908400098527886E0F7030069857D2E4169EE7');
    expect(JSON.parse(JSON.stringify(address)).address).toBe(address.address);
  });
});
