/**
 * Calls of the conformance contract that show how Fabric judges transactions. Captured on a real
 * network (`capture.ts`) and replayed on the embedded ledger (`fidelity.test.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { LedgerError, type LedgerPort, type Signed } from '../../gateway/src/ledger/port.ts';

export const ALPHA = 'AlphaMSP';
export const BETA = 'BetaMSP';
export const GAMMA = 'GammaExchangeMSP';
export const DELTA = 'DeltaPlatformMSP';
const STATES = [ALPHA, BETA];

/** Enough for the first of two to reach every ordering node first. */
const APART_MS = 40;

export interface Call {
  readonly scenario: string;
  readonly transaction: string;
  readonly args: readonly string[];
  readonly endorsers: readonly string[];
}

/** What became of a call: a validation code, or the error's code where nothing was ordered. */
export interface Outcome extends Call {
  readonly code: string;
  readonly result: string;
  readonly txId?: string;
  readonly block?: number;
  readonly position?: number;
}

const call = (
  scenario: string,
  [transaction, ...args]: readonly [string, ...string[]],
  endorsers: readonly string[] = STATES,
): Call => ({ scenario, transaction, args, endorsers });

/** Calls of one group are endorsed before the first of them is submitted. */
export const SCENARIOS: readonly (readonly Call[])[] = [
  [call('first write', ['put', 'a', '1'])],
  [call('read and write', ['getThenPut', 'a', '2'])],
  [call('no reading of own writes', ['putThenGet', 'a', '3'])],
  [call('two writes of a key in one transaction', ['putTwice', 'a', '4', '5'])],
  [call('delete', ['remove', 'a'])],

  [call('conflict: before', ['put', 'b', '0'])],
  [
    call('conflict: first of two that read', ['getThenPut', 'b', '1']),
    call('conflict: second of two that read', ['getThenPut', 'b', '2']),
  ],
  [
    call('blind writes: first', ['put', 'c', '1']),
    call('blind writes: second, which stands', ['put', 'c', '2']),
  ],
  [call('blind writes: after', ['getThenPut', 'c', '3'])],

  [call('range: first key', ['put', 'r1', 'x']), call('range: second key', ['put', 'r3', 'x'])],
  [
    call('phantom: a key comes into the range', ['put', 'r2', 'x']),
    call('phantom: reader of the range without it', ['scanThenPut', 'r', 's', 'seen', 'x']),
  ],
  [
    call('phantom: a value in the range changes', ['put', 'r2', 'y']),
    call('phantom: reader of the value before', ['scanThenPut', 'r', 's', 'seen', 'x']),
  ],
  [
    call('phantom: a key leaves the range', ['remove', 'r2']),
    call('phantom: reader of the range with it', ['scanThenPut', 'r', 's', 'seen', 'x']),
  ],
  [call('range read without change', ['scanThenPut', 'r', 's', 'seen', 'y'])],
  [call('composite key', ['putComposite', 'type', 'one', 'two', 'x'])],
  [call('last of two events', ['announceTwice', 'e', 'one', 'two'])],

  [call('policy: one member', ['put', 'd', '1'], [ALPHA])],
  [call('policy: two members, no state', ['put', 'd', '2'], [GAMMA, DELTA])],
  [call('policy: a state and an exchange', ['put', 'd', '3'], [ALPHA, GAMMA])],

  [call('key policy: before', ['put', 'k', '1'])],
  [call('key policy: set to Beta', ['setPolicy', 'k', BETA])],
  [call('key policy: without Beta', ['put', 'k', '2'], [ALPHA, GAMMA])],
  [call('key policy: with Beta alone', ['put', 'k', '3'], [BETA])],
  [
    call(
      'key policy: set with the first write',
      ['putAndSetPolicy', 'l', '1', BETA],
      [ALPHA, GAMMA],
    ),
  ],
  [call('key policy: the next write without Beta', ['put', 'l', '2'], [ALPHA, GAMMA])],
  [
    call('key policy: changed from Beta to Alpha', ['setPolicy', 'k', ALPHA], [BETA]),
    call('key policy: a write under the old one, behind it', ['put', 'k', '4'], [BETA]),
  ],

  [call('marker: with its member', ['mark', 'm', BETA, 'x'], [ALPHA, BETA])],
  [call('marker: first write, without its member', ['mark', 'n', BETA, 'x'], [ALPHA, GAMMA])],
  [call('marker: of an exchange', ['mark', 'o', GAMMA, 'x'], [ALPHA, GAMMA])],
  [call('marker alone, with its member only', ['markOnly', 'p', BETA, 'x'], [BETA])],
  [call('marker: hash read by others', ['markHashThenPut', 'm', BETA, 'h'], [ALPHA, GAMMA])],
  [
    call('marker: changed', ['markOnly', 'm', BETA, 'y'], [BETA]),
    call('marker: reader of the hash before', ['markHashThenPut', 'm', BETA, 'h'], [ALPHA, GAMMA]),
  ],
  [call('marker: delete', ['unmark', 'm', BETA])],
  [call('marker: purge', ['purgeMark', 'p', BETA])],
];

/** Calls that no ledger orders. */
export const REFUSED: readonly Call[] = [
  call('refused by the contract', ['putThenRefuse', 'q', 'x']),
  call('unknown function', ['noSuchThing', 'q']),
];

/** A read that is attested, never submitted. */
export const ATTESTED = call('attestation', ['get', 'r1'], [ALPHA, GAMMA]);

export async function propose(
  ledger: LedgerPort,
  person: Signer,
  { transaction, args }: Call,
): Promise<Signed> {
  const { proposal } = await ledger.prepare({
    transaction: `conformance:${transaction}`,
    args: args.map((text) => Buffer.from(text)),
    creator: person.creator,
  });
  return { bytes: proposal, signature: await person.sign(proposal) };
}

export async function runScenarios(ledger: LedgerPort, person: Signer): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const group of [...SCENARIOS, REFUSED]) {
    outcomes.push(...(await runGroup(ledger, person, group)));
  }
  return outcomes;
}

async function runGroup(
  ledger: LedgerPort,
  person: Signer,
  group: readonly Call[],
): Promise<Outcome[]> {
  const refused: Outcome[] = [];
  const endorsed: { outcome: Call & { txId: string; result: string }; payload: Uint8Array }[] = [];
  for (const one of group) {
    try {
      const { endorsers } = one;
      const proposal = await propose(ledger, person, one);
      const { txId, result, payload } = await ledger.endorse(proposal, { endorsers });
      const outcome = { ...one, txId, result: Buffer.from(result).toString() };
      endorsed.push({ outcome, payload });
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      refused.push({ ...one, code: error.code, result: error.contractCode ?? '' });
    }
  }
  const submitted: Promise<void>[] = [];
  for (const { payload } of endorsed) {
    const signature = await person.sign(payload);
    submitted.push(ledger.submit({ bytes: payload, signature }));
    if (endorsed.length > 1) await sleep(APART_MS);
  }
  await Promise.all(submitted);
  const committed = endorsed.map(async ({ outcome }) => ({
    ...outcome,
    ...(await ledger.status(outcome.txId)),
  }));
  return [...refused, ...(await Promise.all(committed))];
}
