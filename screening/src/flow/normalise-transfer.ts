/**
 * A transfer as somebody wrote it down, taken to the one writing in which it can be compared, or refused
 * with the reason. Nothing is guessed: an amount with a sign, an address of another network or a token of
 * a kind not known here is no transfer (LBL-7).
 */
import { amountText, MAX_SENDERS } from '@tabellion/proof';
import { type AddressErrorCode, isRefusal, networkOf, normaliseAddress } from '../address/index.ts';

export const TRANSFER_ERROR_CODES = [
  /** No hash of a transaction as the network writes them. */
  'TRANSACTION_FORM',
  /** A token of a kind, or of a network, that is not known here. */
  'ASSET_UNKNOWN',
  /** No whole number of smallest units above nought: a sign, a point, a leading zero, or too large. */
  'AMOUNT_FORM',
  /** It is paid to the very address that it is paid from. */
  'TRANSFER_TO_SELF',
  /** Paid from no address, or from more than one transfer names. */
  'SENDERS_COUNT',
] as const;
export type TransferErrorCode = (typeof TRANSFER_ERROR_CODES)[number];

export interface TransferRefusal {
  readonly code: TransferErrorCode | AddressErrorCode;
  /** Never holds what was written. */
  readonly detail: string;
}
export const isTransferRefusal = (result: object): result is TransferRefusal => 'code' in result;

export interface ArrivalText {
  readonly network: string;
  readonly asset: string;
  readonly amount: string;
}
export interface TransferText extends ArrivalText {
  readonly transaction: string;
  readonly from: readonly string[];
  readonly to: string;
  /** What came out at the other end, where chain or asset changed. */
  readonly arrival?: ArrivalText | undefined;
}
/** The same, canonical: senders in ascending order, each once. */
export interface NormalisedTransfer extends TransferText {
  readonly from: string[];
}

const refuse = (code: TransferRefusal['code'], detail: string): TransferRefusal => ({
  code,
  detail,
});

export function normaliseTransfer(text: TransferText): NormalisedTransfer | TransferRefusal {
  const transaction = normaliseTransaction(text.transaction, text.network);
  if (typeof transaction !== 'string') return transaction;
  const from = normaliseSenders(text.from, text.network);
  if (!Array.isArray(from)) return from;
  const { arrival } = text;
  const to = normaliseAddress(text.to, arrival?.network ?? text.network);
  if (isRefusal(to)) return { code: to.code, detail: `to: ${to.detail}` };
  const sent = normaliseSum(text);
  if ('code' in sent) return sent;
  const arrived = arrival && normaliseSum(arrival);
  if (arrived !== undefined && 'code' in arrived) {
    return refuse(arrived.code, `arrival: ${arrived.detail}`);
  }
  const isSame = arrived === undefined || arrived.network === sent.network;
  if (isSame && from.length === 1 && from[0] === to.address && arrived?.asset === undefined) {
    return refuse('TRANSFER_TO_SELF', 'it is paid to the address that it is paid from');
  }
  return { ...sent, transaction, from, to: to.address, ...(arrived && { arrival: arrived }) };
}

function normaliseSenders(senders: readonly string[], network: string): string[] | TransferRefusal {
  const from = new Set<string>();
  for (const sender of senders) {
    const read = normaliseAddress(sender, network);
    if (isRefusal(read)) return { code: read.code, detail: `from: ${read.detail}` };
    from.add(read.address);
  }
  if (from.size > 0 && from.size <= MAX_SENDERS) return [...from].sort();
  return refuse('SENDERS_COUNT', `a transfer is paid from 1 to ${MAX_SENDERS} addresses`);
}

function normaliseSum({ network, asset, amount }: ArrivalText): ArrivalText | TransferRefusal {
  const known = normaliseAsset(asset, network);
  if (typeof known !== 'string') return known;
  return amountText.safeParse(amount).success
    ? { network, asset: known, amount }
    : refuse('AMOUNT_FORM', 'an amount is a whole number of smallest units, 1 to 2^256 - 1');
}

/** The namespaces of CAIP-19 in which tokens are named by an address, and whose addresses those are. */
const TOKEN_NAMESPACES: Readonly<Record<string, string>> = {
  erc20: 'eip155',
  trc20: 'tron',
  token: 'solana',
};

/** `native`; CAIP-19 with the canonical address for a token; a coin in CAIP-20 is native. */
function normaliseAsset(asset: string, network: string): string | TransferRefusal {
  if (asset === 'native') return asset;
  const unknown = (detail: string) => refuse('ASSET_UNKNOWN', `asset: ${detail}`);
  const slash = asset.indexOf('/');
  if (asset.slice(0, slash) !== network) return unknown('native, or CAIP-19 of the same network');
  const [namespace = '', reference, ...rest] = asset.slice(slash + 1).split(':');
  if (reference === undefined || rest.length > 0) return unknown('no CAIP-19');
  if (namespace === 'slip44' && /^(0|[1-9]\d{0,9})$/.test(reference)) return 'native';
  if (TOKEN_NAMESPACES[namespace] !== network.split(':')[0]) {
    return unknown('tokens of this kind are not known here');
  }
  const read = normaliseAddress(reference, network);
  return isRefusal(read) ? unknown(read.detail) : `${network}/${namespace}:${read.address}`;
}

const HEX = /^[0-9a-f]{64}$/;
/** By the kind of the network's addresses. */
const TRANSACTIONS: Readonly<Record<string, (text: string) => string | undefined>> = {
  evm: (text) => keepIf(/^0x[0-9a-f]{64}$/, text.toLowerCase()),
  solana: (text) => keepIf(/^[1-9A-HJ-NP-Za-km-z]{64,88}$/, text),
  xrp: (text) => keepIf(/^[0-9A-F]{64}$/, text.toUpperCase()),
};
const keepIf = (form: RegExp, text: string) => (form.test(text) ? text : undefined);

/** The hash as its network writes it. */
export function normaliseTransaction(text: string, network: string): string | TransferRefusal {
  const kind = networkOf(network)?.kind ?? (network.startsWith('eip155:') ? 'evm' : 'none');
  const normalise = TRANSACTIONS[kind] ?? ((hash: string) => keepIf(HEX, hash.toLowerCase()));
  return (
    normalise(text) ??
    refuse('TRANSACTION_FORM', 'no hash of a transaction as this network writes them')
  );
}
