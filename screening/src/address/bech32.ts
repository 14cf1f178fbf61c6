/** Segregated witness (BIP-173, BIP-350) and the accounts of BNB Beacon Chain. */
import { bech32, bech32m } from '@scure/base';
import { concatBytes } from '@tabellion/proof';
import type { AddressForm, ReadAddress } from './form.ts';
import { NETWORKS, type Network, type NetworkSet, selectNetworks } from './networks.ts';
import { type AddressRefusal, refuse, refuseCharacter } from './refusal.ts';

const prefixes: ReadonlyMap<string, { readonly network: Network; readonly networks: NetworkSet }> =
  new Map(
    NETWORKS.flatMap((network) =>
      network.hrp === undefined
        ? []
        : [[network.hrp, { network, networks: selectNetworks(({ hrp }) => hrp === network.hrp) }]],
    ),
  );

const HEAD = new RegExp(`^(${[...prefixes.keys()].join('|')})1`, 'i');

/** Whether the text begins as a bech32 address of a network known here. */
export const looksBech32 = (text: string): boolean => HEAD.test(text);

/** Letters of bech32, behind the last 1: most texts have others there or mix cases, and cost no checksum. */
const LETTERS = /^[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{6,}$/i;

/**
 * Whether the text is bech32 under the prefix of a network not known here (osmo1…, dgb1…): its checksum
 * says so, whatever stands in it and however long it is.
 */
export function isForeignBech32(text: string): boolean {
  const end = text.lastIndexOf('1');
  if (end < 1 || !LETTERS.test(text.slice(end + 1)) || isMixed(text)) return false;
  const decoded = bech32.decodeUnsafe(text, false) ?? bech32m.decodeUnsafe(text, false);
  return decoded !== undefined && !prefixes.has(decoded.prefix);
}

const isMixed = (text: string): boolean =>
  text !== text.toLowerCase() && text !== text.toUpperCase();

export function readBech32(text: string): ReadAddress | AddressRefusal {
  const lower = text.toLowerCase();
  if (isMixed(text)) {
    return refuse('ADDRESS_FORM', 'bech32 is written in one case');
  }
  const prefix = HEAD.exec(lower)![1]!;
  const stray = lower.slice(prefix.length + 1).search(/[^qpzry9x8gf2tvdw0s3jn54khce6mua7l]/);
  if (stray !== -1)
    return refuseCharacter(text, prefix.length + 1 + stray, 'is no letter of bech32');
  const first = bech32.decodeUnsafe(lower, 90);
  const decoded = first ?? bech32m.decodeUnsafe(lower, 90);
  if (!decoded) return refuse('ADDRESS_CHECKSUM', 'the bech32 checksum does not match');
  const { network, networks } = prefixes.get(prefix)!;
  const write = () => lower;
  if (network.kind === 'bnb') {
    const payload = bech32.fromWordsUnsafe(decoded.words);
    if (!first || !payload || payload.length !== 20) {
      return refuse('ADDRESS_FORM', 'an account of this network is 20 bytes in bech32');
    }
    return { form: 'bnb', family: 'bnb', payload, networks, write };
  }
  const [version, ...words] = decoded.words;
  const program = bech32.fromWordsUnsafe(words) || undefined;
  const fault = findFault(version, program, first !== undefined);
  if (fault !== undefined) return refuse('ADDRESS_FORM', fault);
  return {
    form: nameForm(version!, program!.length),
    family: 'witness',
    payload: concatBytes(Uint8Array.of(version!), program!),
    networks,
    write,
  };
}

/** The rules of BIP-141 and BIP-350. */
function findFault(
  version: number | undefined,
  program: Uint8Array | undefined,
  isFirstEncoding: boolean,
): string | undefined {
  if (version === undefined) return 'no witness version';
  if (version > 16) return `witness version ${version} does not exist`;
  if (!program) return 'bits left over behind the witness program';
  if (isFirstEncoding !== (version === 0)) {
    return `witness version ${version} is written in ${version === 0 ? 'bech32' : 'bech32m'}`;
  }
  const { length } = program;
  if (length < 2 || length > 40) return `a witness program of ${length} bytes does not exist`;
  if (version === 0 && length !== 20 && length !== 32) {
    return `a witness program of version 0 has 20 or 32 bytes, not ${length}`;
  }
  return undefined;
}

function nameForm(version: number, length: number): AddressForm {
  if (version === 0) return length === 20 ? 'p2wpkh' : 'p2wsh';
  return version === 1 && length === 32 ? 'p2tr' : 'witness';
}

/** `payload` as {@link readBech32} gives it: the version, then the program. */
export function writeWitness(hrp: string, payload: Uint8Array): string {
  const version = payload[0]!;
  const encoding = version === 0 ? bech32 : bech32m;
  return encoding.encode(hrp, [version, ...bech32.toWords(payload.subarray(1))], 90);
}

export const writeAccount = (hrp: string, payload: Uint8Array): string =>
  bech32.encode(hrp, bech32.toWords(payload), 90);
