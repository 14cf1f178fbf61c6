/** Observed transfers as they are followed. All of it is what members say that they observed (LBL-7). */
import type { EvidenceLink } from '@tabellion/proof';

/** An address on one network: what holds funds. */
export interface Account {
  /** CAIP-2. */
  readonly network: string;
  /** Canonical. */
  readonly address: string;
}
export const accountId = ({ network, address }: Account): string => `${network} ${address}`;

/** One member's observation of a transfer. */
export interface Observation {
  readonly batch: string;
  readonly index: number;
  readonly leaf: string;
  /** MSP ID. */
  readonly member: string;
  /** Milliseconds since 1970. */
  readonly assertedAt: number;
  readonly provenance: string;
  readonly source: string;
  readonly links: readonly EvidenceLink[];
}

export interface Sum {
  /** CAIP-2. */
  readonly network: string;
  readonly asset: string;
  /** Smallest units. */
  readonly amount: bigint;
}

/** One transfer, whoever observed it: network, transaction and index are the same. */
export interface Transfer extends Sum {
  /** `<network>/<transaction>/<index>`. */
  readonly id: string;
  readonly transaction: string;
  readonly index: number;
  /** Ascending. */
  readonly from: readonly string[];
  readonly to: string;
  readonly arrival?: Sum | undefined;
  /** Time of its block, milliseconds since 1970. */
  readonly at: number;
  readonly block?: number | undefined;
  readonly channel?: string | undefined;
  /** Those that say the same, in the ledger's order. */
  readonly observations: readonly Observation[];
  /** Those that say otherwise of it, and are not followed. */
  readonly contradictions: readonly Observation[];
  /** Whether there are more observations than were looked at. */
  readonly isCut?: boolean;
}

export const sendersOf = ({ network, from }: Transfer): Account[] =>
  from.map((address) => ({ network, address }));
export const receiverOf = ({ network, arrival, to }: Transfer): Account => ({
  network: arrival?.network ?? network,
  address: to,
});

/** By time; of the same time by block, network, transaction and index, so that the order is always one. */
export function compareTransfers(one: Transfer, other: Transfer): number {
  return (
    one.at - other.at ||
    (one.block ?? 0) - (other.block ?? 0) ||
    compareTexts(one.network, other.network) ||
    compareTexts(one.transaction, other.transaction) ||
    one.index - other.index
  );
}

export const compareTexts = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;
