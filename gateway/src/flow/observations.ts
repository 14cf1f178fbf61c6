/** Observed transfers as the manifests have them, put together by what they observed. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import {
  leafHash,
  parseCanonical,
  type TransferStatement,
  toHex,
  transferStatement,
} from '@tabellion/proof';
import type { Account, Observation, Transfer, Unread, WalkSource } from '@tabellion/screening';
import { accountId, receiverOf } from '@tabellion/screening';
import type { LabelManifestStore } from '../label/manifest-store.ts';
import { createHistory, type LabelResponse, type LabelView } from '../label/view.ts';
import { createStandingPlaces } from './standing-places.ts';
import { findTransferFault, transactionId, transferId } from './transfer-line.ts';
import type { PlaceMark, Side, TransferPlace, TransferTable } from './transfer-table.ts';
import type { Turn } from './turns.ts';

/** Observations of one transfer that are looked at, the oldest that stand. */
const MAX_OBSERVATIONS = 64;

/** What one question may cost. */
export interface ReadLimits {
  /** Transfers of one account, or transaction, that are looked at. */
  readonly ofAccount: number;
  /** Lines of manifests: a third of a millisecond each. */
  readonly lines: number;
}
export const READ_LIMITS: ReadLimits = { ofAccount: 5000, lines: 20_000 };

/** An observation with all that was said of it. */
export interface Observed extends Observation {
  readonly statement: TransferStatement;
  /** Of the line itself and of its whole batch, in the ledger's order. */
  readonly responses: readonly LabelResponse[];
}

/** What was read until there was no more, or no more could be looked at. */
export interface ReadTransfers {
  readonly transfers: readonly Transfer[];
  readonly unread?: Unread;
}

export interface Observations extends Pick<WalkSource, 'incoming' | 'outgoing'> {
  /** The transfers of one transaction. */
  listOf(transaction: { network: string; transaction: string }): Promise<ReadTransfers>;
  /** Behind the observations of a transfer. */
  detailsOf(transfer: Transfer): readonly Observed[];
}

export interface ObservationPorts {
  readonly table: Pick<TransferTable, 'listTouching' | 'listNamed'>;
  readonly view: Pick<
    LabelView,
    'isWithheld' | 'listWithdrawals' | 'listResponsesBelow' | 'findBatch'
  >;
  readonly manifests: Pick<LabelManifestStore, 'readLine'>;
  /** Told of a batch whose manifest is not what it was. */
  readonly onDamaged: (batch: string) => void;
  readonly turn: Turn;
}

/** As the ledger was at a height, in blocks, however long it takes. @throws what reading a manifest throws. */
export function readObservations(
  { table, view, manifests, onDamaged, turn }: ObservationPorts,
  height: number,
  limits: ReadLimits = READ_LIMITS,
): Observations {
  const listStanding = createStandingPlaces({ view, turn }, height);
  const responsesTo = createHistory(view, height);
  const transfers = new Map<string, Transfer>();
  const details = new Map<string, readonly Observed[]>();
  const touched = new Map<string, readonly Transfer[] | Unread>();
  let lines = 0;

  const readLine = (place: TransferPlace): Uint8Array => {
    try {
      return manifests.readLine(place.manifest, place);
    } catch (error) {
      onDamaged(place.batch);
      throw error;
    }
  };

  const observe = (place: TransferPlace): Observed => {
    const { batch, index } = place;
    const line = readLine(place);
    const statement = transferStatement.parse(parseCanonical(line));
    if (findTransferFault(statement) !== undefined || transferId(statement) !== place.id)
      throw new Error('a manifest does not say what was taken in of it');
    const leaf = toHex(leafHash(line));
    const responses = responsesTo(batch, leaf);
    const { act } = (view.findBatch(batch) as { record: LabelBatchRecord }).record;
    const { provenance, source, links } = statement;
    return {
      ...{ batch, index, leaf, member: act.member, assertedAt: act.at },
      ...{ provenance, source, links, statement, responses },
    };
  };

  /** At least one observation of it stands. */
  const read = async (id: string): Promise<Transfer | 'READ_LIMIT'> => {
    const known = transfers.get(id);
    if (known !== undefined) return known;
    const all: Observed[] = [];
    let isCut = false;
    for await (const place of listStanding((...page) => table.listNamed(id, height, ...page))) {
      isCut = all.length === MAX_OBSERVATIONS;
      if (isCut) break;
      if (lines === limits.lines) return 'READ_LIMIT';
      lines += 1;
      all.push(observe(place));
      await turn();
    }
    const transfer = putTogether(id, all, isCut);
    details.set(id, all);
    transfers.set(id, transfer);
    return transfer;
  };

  /** Names of the transfers that stand, as many as are looked at. */
  const listNames = async (account: string, side: Side) => {
    const places = (after: PlaceMark, limit: number) =>
      table.listTouching({ account, side }, height, after, limit);
    const names = new Set<string>();
    for await (const { id } of listStanding(places)) {
      if (names.size === limits.ofAccount && !names.has(id)) return { names, isCut: true };
      names.add(id);
    }
    return { names, isCut: false };
  };

  const readAll = async (names: Iterable<string>): Promise<ReadTransfers> => {
    const found: Transfer[] = [];
    for (const id of names) {
      const transfer = await read(id);
      if (transfer === 'READ_LIMIT') return { transfers: found, unread: 'READ_LIMIT' };
      found.push(transfer);
    }
    return { transfers: found };
  };

  const touching = async (account: Account, side: Side): Promise<readonly Transfer[] | Unread> => {
    const { names, isCut } = await listNames(accountId(account), side);
    if (isCut) return 'NODE_LIMIT';
    const { transfers: all, unread } = await readAll(names);
    if (unread !== undefined) return unread;
    const isIt = ({ network, address }: Account) =>
      network === account.network && address === account.address;
    // What only contradicts the others is not followed.
    return all.filter((transfer) =>
      side === 'TO'
        ? isIt(receiverOf(transfer))
        : transfer.network === account.network && transfer.from.includes(account.address),
    );
  };

  const touchingOnce = async (account: Account, side: Side) => {
    await turn();
    const key = `${side} ${accountId(account)}`;
    const found = touched.get(key) ?? (await touching(account, side));
    touched.set(key, found);
    return found;
  };

  return {
    outgoing: (account) => touchingOnce(account, 'FROM'),
    incoming: (account) => touchingOnce(account, 'TO'),
    async listOf(transaction) {
      const { names, isCut } = await listNames(transactionId(transaction), 'OF');
      const found = await readAll(names);
      return isCut ? { unread: 'NODE_LIMIT', ...found } : found;
    },
    detailsOf: ({ id }) => details.get(id) ?? [],
  };
}

/** The oldest says what it is; others say the same, or contradict it. */
function putTogether(
  id: string,
  [first, ...others]: readonly Observed[],
  isCut: boolean,
): Transfer {
  const { network, transaction, index, from, to, asset, amount, arrival, at, block, channel } =
    first!.statement;
  const facts = factsOf(first!.statement);
  const same = others.filter(({ statement }) => factsOf(statement) === facts);
  const show = ({ statement: _statement, responses: _responses, ...shown }: Observed) => shown;
  return {
    ...{ id, network, transaction, index, from, to, asset, at },
    amount: BigInt(amount),
    ...(arrival && { arrival: { ...arrival, amount: BigInt(arrival.amount) } }),
    ...(block !== undefined && { block }),
    ...(channel !== undefined && { channel }),
    observations: [first!, ...same].map(show),
    contradictions: others.filter(({ statement }) => factsOf(statement) !== facts).map(show),
    ...(isCut && { isCut }),
  };
}

/** What two that observed the same agree on. */
const factsOf = ({ from, to, asset, amount, arrival, at }: TransferStatement): string =>
  JSON.stringify([
    ...[from, to, asset, amount, at],
    arrival && [arrival.network, arrival.asset, arrival.amount],
  ]);
