/** Officers who issue orders and take their steps, as a client of the product does it: read, sign, retry. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReferenceEntry } from '@tabellion/chaincode/member/record';
import { orderHeadKey } from '@tabellion/chaincode/order/key';
import { type OrderHeadRecord, orderHeadRecord } from '@tabellion/chaincode/order/record';
import { canonicalBytes, parseCanonical, sha256, toBase64url, toHex } from '@tabellion/proof';
import { Backoff } from '../../gateway/src/evidence/backoff.ts';
import { readKey } from '../../gateway/src/evidence/ledger-reader.ts';
import type { ActRequest, Signer } from '../../gateway/src/ledger/act.ts';
import { actAtDesk, type Desk } from '../bench-common/desk.ts';

export const ADDRESSEE = 'ExchangeMSP';
export const ENFORCING = 'SgAgencyMSP';
const BASIS = { id: 'de-stpo-94', version: 1 };
const FIELDS = ['authority', 'assets', 'law'];
const reason = 'as the law has it';
const first = (id: string) => ({ id, version: 1 });

const calendar = (id: string, jurisdiction: string): ReferenceEntry => ({
  ...{ register: 'calendar', id, version: 1 },
  body: {
    ...{ title: jurisdiction, jurisdiction, source: 'made for a benchmark', edition: '1' },
    ...{ from: '2020-01-01', to: '2099-12-31', restDays: [6, 7], holidays: [], workedDays: [] },
    offsets: [{ from: 0, minutes: 60 }],
  },
});
/** Those that are shipped end, and a benchmark shall run after that too. */
export const CALENDARS = [calendar('bench-de', 'DE'), calendar('bench-sg', 'SG')];

/** An order to freeze, by a judge of DE to the exchange in SG. */
export function draftIssue(): { readonly id: string; readonly request: ActRequest } {
  const id = randomBytes(16).toString('hex');
  const contentOf = (party: string, ids: readonly string[]) =>
    canonicalBytes({
      ...{ type: 'tabellion.order-content', v: 1, order: id, for: party },
      salt: toBase64url(randomBytes(32)),
      fields: ids.map((field) => ({ id: field, text: `what stands under ${field}` })),
    });
  const transient = {
    ADDRESSEE: contentOf('ADDRESSEE', FIELDS),
    ENFORCING: contentOf('ENFORCING', [...FIELDS, 'facts']),
  };
  const input = {
    ...{ id, profile: first('exchange-freeze'), case: 'DE-2026-1', categories: ['ASSETS'] },
    ...{ addressee: ADDRESSEE, enforcing: ENFORCING, legalBasis: BASIS, reason },
    calendars: {
      ...{ ISSUER: first('bench-de'), ADDRESSEE: first('bench-sg'), ENFORCING: first('bench-sg') },
    },
    stated: [{ clock: 'hold', days: 90 }],
    contents: {
      ADDRESSEE: toHex(sha256(transient.ADDRESSEE)),
      ENFORCING: toHex(sha256(transient.ENFORCING)),
    },
  };
  return { id, request: { transaction: 'order:issue', args: [canonicalBytes(input)], transient } };
}

export async function readHead(
  { consortium: { ledger } }: Desk,
  signer: Signer,
  order: string,
): Promise<OrderHeadRecord> {
  return orderHeadRecord.parse(parseCanonical(await readKey(ledger, signer, orderHeadKey(order))));
}

const stepOf = ({ order, sequence, last }: OrderHeadRecord, verb: string, says: object = {}) => ({
  transaction: `order:${verb}`,
  args: [
    canonicalBytes({ order, sequence: sequence + 1, previous: last, reason, ...says }),
  ] as const,
});

const proof = '0'.repeat(64);
const part = { extent: 'PART', acquisitions: [] };

/** What the issuer does next with an order of its own; undefined where nothing is left to do. */
function chooseOwn(head: OrderHeadRecord): ActRequest | undefined {
  switch (head.status) {
    case 'ISSUED':
      return stepOf(head, 'serve', { channel: 'by hand' });
    case 'SERVED':
      return stepOf(head, 'receive', { receivedAt: Date.now(), proof });
    case 'RECEIVED':
      return stepOf(head, 'extend', { legalBasis: BASIS });
    case 'RELEASED':
      return stepOf(head, 'close');
    default:
      return undefined;
  }
}

/** After so many steps an order is released: it cannot be extended for ever. */
const RELEASED_AFTER = 8;

/** Takes the next step of the order that stands there, or issues one where none does. */
export async function takeOwnStep(
  desk: Desk,
  signer: Signer,
  place: { order: string | undefined },
): Promise<void> {
  const { order } = place;
  if (order === undefined) {
    const { id, request } = draftIssue();
    if (await actAtDesk(desk, signer, request)) place.order = id;
    return;
  }
  const head = await readHead(desk, signer, order);
  const isLong = head.status === 'RECEIVED' && head.sequence >= RELEASED_AFTER;
  const next = isLong ? stepOf(head, 'release') : chooseOwn(head);
  if (next === undefined) place.order = undefined;
  else await actAtDesk(desk, signer, next);
}

/** Issued, served and received. */
export async function openOrder(desk: Desk, judge: Signer): Promise<string> {
  const place: { order: string | undefined } = { order: undefined };
  for (let step = 0; step < 3; step += 1) await takeOwnStep(desk, judge, place);
  return place.order!;
}

/** Pieces that an addressee may report of one order, and deliver. */
const PIECES = 32;

/** Reports one more piece, however often others come first; false once the order takes no more. */
export async function reportPiece(desk: Desk, signer: Signer, order: string): Promise<boolean> {
  const backoff = new Backoff();
  for (;;) {
    const began = performance.now();
    const head = await readHead(desk, signer, order);
    const done = (event: string) => head.facts.filter((fact) => fact.event === event).length;
    const verb = ['execute', 'deliver'].find(
      (each) => done(each === 'execute' ? 'PARTLY_EXECUTED' : 'PARTLY_DELIVERED') < PIECES,
    );
    if (verb === undefined) return false;
    if (await actAtDesk(desk, signer, stepOf(head, verb, part))) return true;
    await sleep(backoff.choosePause(head.sequence, performance.now() - began));
  }
}
