import { digestHex, mspId } from '@tabellion/chaincode/kernel/schema';
import { canonicalBytes, parseStrict, toBase64url } from '@tabellion/proof';
import { z } from 'zod';
import { performAct } from '../ledger/act.ts';
import { expectRecord } from '../ledger/compare-record.ts';
import { encodeCreator } from '../ledger/creator.ts';
import { createEndorsementCheck } from '../ledger/endorsed.ts';
import { type End, InFlight } from '../ledger/in-flight.ts';
import { type CommitStatus, LedgerError } from '../ledger/port.ts';
import { resubmitting } from '../ledger/resubmit.ts';
import { createEventFeed } from '../projection/event-feed.ts';
import { type ActBody, createEndorserChoice } from './act-endorsers.ts';
import { createActGuards } from './act-guards.ts';
import { ACTS, type Act, rolesOf } from './acts.ts';
import { assertOwner, fingerprintOf, readAskedProposal, readAskedTransaction } from './creator.ts';
import type { GatewayDeps } from './deps.ts';
import { type AnyEndpoint, type Call, defineEndpoint, type Reply } from './endpoint.ts';
import type { Begun } from './idempotency.ts';
import { isProblemCode, Problem } from './problem.ts';
import { pseudonymOf } from './pseudonym.ts';
import { base64urlBytes, base64urlText, pem } from './schema.ts';
import { createShares } from './shares.ts';

const MAX_TRANSIENT = 65_536;
const MAX_PROPOSAL = 262_144;
/** A transaction that has not committed by then is answered as UNKNOWN; the caller asks again. */
const COMMIT_WAIT_MS = 20_000;
const LOOK_MS = 500;
/** Looks under way at once, shared among principals: fewer than a ledger takes waits for commits. */
const LOOKS = 64;

const transient = z.record(z.string().regex(/^[A-Za-z0-9]{1,32}$/), base64urlBytes(MAX_TRANSIENT));
const signature = base64urlBytes(128);
const status = z.strictObject({
  txId: digestHex,
  code: z.string(),
  block: z.int(),
  position: z.int(),
});
const unknown = z.strictObject({ txId: digestHex, code: z.literal('UNKNOWN') });

export function actEndpoints(deps: GatewayDeps): AnyEndpoint[] {
  const { ledger, enrolment, serviceSigners, projection } = deps;
  const { assertMayAct, assertHeld, assertRelayable } = createActGuards(deps);
  const feed = createEventFeed(projection);
  const chooseEndorsers = createEndorserChoice(deps);
  const looks = createShares(LOOKS);
  const inFlight = new InFlight(createEndorsementCheck(deps));

  const findStatus = async (txId: string, waitMs: number, signal?: AbortSignal) => {
    const timeout = AbortSignal.timeout(waitMs);
    try {
      return await ledger.status(txId, {
        signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      });
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'UNKNOWN') return undefined;
      throw error;
    }
  };

  const replyStatus = async (txId: string, { signal }: Call): Promise<Reply> => {
    const found = await findStatus(txId, COMMIT_WAIT_MS, signal);
    if (!found) return unknownReply(txId);
    assertValid(found);
    return { status: 200, body: found };
  };

  /** Whether the cut-off request got to submit it is not known; anew it is the same transaction. */
  const resolve = async ({ txId, submitted }: Begun, call: Call): Promise<Reply> => {
    if (submitted) await ledger.submit(submitted).catch(() => undefined);
    return replyStatus(txId, call);
  };

  /** As the first answer would have been; the record stands in the transaction's event. */
  const resolvePerformed = async (begun: Begun, call: Call): Promise<Reply> => {
    const { txId } = begun;
    const { status, body } = await resolve(begun, call);
    if (status !== 200) return unknownReply(txId);
    const { block, position } = body as CommitStatus;
    await projection.waitForHeight(block + 1, AbortSignal.timeout(COMMIT_WAIT_MS));
    const record = feed.find(block, position)?.record;
    return { status: 201, body: { ...(body as CommitStatus), record } };
  };

  const prepare = async (call: Call, act: Act, body: ActBody, certificate: string) => {
    const fingerprint = fingerprintOf(certificate);
    call.note({ certificate: fingerprint });
    assertOwner(enrolment, call.principal, fingerprint);
    const { txId, proposal } = await ledger.prepare({
      ...requestOf(act, body),
      creator: encodeCreator(call.principal.member, certificate),
    });
    // Transient input (the sealed place of a covert measure) stands in the proposal, and what is kept for
    // an Idempotency-Key comes to rest on the gateway's disk.
    const isFinal = () => body.transient === undefined;
    return { status: 202, body: { txId, proposal: toBase64url(proposal) }, isFinal };
  };

  const perform = async ({ principal, ...call }: Call, act: Act, body: ActBody) => {
    const signer = serviceSigners.get(principal.member);
    if (!signer || principal.clientKind !== 'system') throw new Problem('KEY_NOT_HELD');
    call.note({ certificate: fingerprintOf(signer.certificate) });
    const port = resubmitting(ledger);
    let end: End = () => {};
    let isValid = false;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(COMMIT_WAIT_MS)]);
    const remembering = {
      ...port,
      submit: async (payload: Parameters<typeof ledger.submit>[0]) => {
        end = await inFlight.begin(payload.bytes, { signal });
        call.remember(readAskedTransaction(payload.bytes, ledger).txId, payload);
        return port.submit(payload);
      },
    };
    const request = requestOf(act, body);
    const endorsers = await chooseEndorsers(principal.member, act, body);
    try {
      const { result, status } = await performAct(
        remembering,
        signer,
        request,
        expectRecord(request, signer),
        {
          ...(endorsers && { endorsers }),
          channel: ledger.channel,
          chaincode: ledger.chaincode,
          now: deps.now,
          signal,
        },
      );
      assertValid(status);
      isValid = true;
      return { status: 201, body: { ...status, record: parseStrict(result) } };
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'UNKNOWN' && error.txId !== undefined)
        return unknownReply(error.txId);
      throw error;
    } finally {
      end(isValid);
    }
  };

  const actEndpoint = (act: Act) =>
    defineEndpoint({
      method: 'post',
      path: `/v1/${act.word}/${act.verb}`,
      id: act.transaction.replace(':', '.'),
      tag: act.word,
      summary: act.summary,
      access: rolesOf(act),
      act: true,
      body: z.strictObject({
        input: act.input,
        transient: transient.optional(),
        certificate: pem.optional(),
      }),
      answers: {
        201: {
          description: 'Performed with the key that the gateway holds for the system',
          schema: status.extend({ record: z.looseObject({}) }),
        },
        202: {
          description:
            'Prepared: sign the proposal and go on with /v1/acts/endorse. Or, with the gateway’s key, not known in time: ask /v1/acts/{txId}',
          schema: z.union([z.strictObject({ txId: digestHex, proposal: base64urlText }), unknown]),
        },
      },
      handle: async (call) => {
        const { certificate, ...body } = call.body as ActBody & { certificate?: string };
        call.note({ verb: act.transaction });
        assertMayAct(call.principal, act);
        await assertHeld(call.principal, act, body.input);
        return certificate === undefined
          ? perform(call, act, body)
          : prepare(call, act, body, certificate);
      },
      resolve: resolvePerformed,
    });

  return [
    ...ACTS.map(actEndpoint),
    defineEndpoint({
      method: 'post',
      path: '/v1/acts/endorse',
      id: 'endorse',
      tag: 'acts',
      summary: 'Have a signed proposal executed and endorsed; compare the result before signing it',
      access: 'member',
      act: true,
      body: z.strictObject({
        proposal: base64urlBytes(MAX_PROPOSAL),
        signature,
        endorsers: z
          .array(mspId)
          .min(1)
          .max(64)
          .optional()
          .meta({ description: 'Members whose peers execute it; else the ledger chooses' }),
      }),
      answers: {
        200: {
          description: 'Endorsed',
          schema: z.strictObject({
            txId: digestHex,
            payload: base64urlText,
            result: base64urlText,
          }),
        },
      },
      handle: async (call) => {
        const signed = { bytes: call.body.proposal, signature: call.body.signature };
        const asked = readAskedProposal(signed.bytes, ledger);
        const { act, input } = await assertRelayable(call, asked, signed);
        // A sealed place is no argument: who sends one names the endorsers.
        const endorsers =
          call.body.endorsers ?? (await chooseEndorsers(call.principal.member, act, { input }));
        const endorsed = await ledger.endorse(signed, endorsers && { endorsers });
        return {
          status: 200,
          body: {
            txId: endorsed.txId,
            payload: toBase64url(endorsed.payload),
            result: toBase64url(endorsed.result),
          },
        };
      },
    }),
    defineEndpoint({
      method: 'post',
      path: '/v1/acts/submit',
      id: 'submit',
      tag: 'acts',
      summary: 'Hand a signed transaction to ordering and wait for its commit',
      access: 'member',
      act: true,
      body: z.strictObject({ payload: base64urlBytes(MAX_PROPOSAL), signature }),
      answers: {
        200: { description: 'Committed and valid', schema: status },
        202: { description: 'Not known in time: ask /v1/acts/{txId}', schema: unknown },
      },
      handle: async (call) => {
        const signed = { bytes: call.body.payload, signature: call.body.signature };
        const asked = readAskedTransaction(signed.bytes, ledger);
        await assertRelayable(call, asked, signed);
        const signal = AbortSignal.any([call.signal, AbortSignal.timeout(COMMIT_WAIT_MS)]);
        const end = await inFlight.begin(signed.bytes, { signal });
        let isValid = false;
        try {
          call.remember(asked.txId, signed);
          await ledger.submit(signed).catch(async (error: unknown) => {
            // Ordering may refuse what it has already taken: only the transaction ID tells.
            const found = await findStatus(asked.txId, LOOK_MS).catch(() => undefined);
            if (!found) throw error;
          });
          const reply = await replyStatus(asked.txId, call);
          isValid = reply.status === 200;
          return reply;
        } finally {
          end(isValid);
        }
      },
      resolve,
    }),
    defineEndpoint({
      method: 'get',
      path: '/v1/acts/:txId',
      id: 'showAct',
      tag: 'acts',
      summary: 'Whether a transaction is committed, and as what',
      access: 'member',
      params: z.strictObject({ txId: digestHex }),
      answers: { 200: { description: 'Committed', schema: status } },
      handle: async ({ params: { txId }, principal, signal }) => {
        const leave = looks.take(pseudonymOf(principal));
        try {
          const found = await findStatus(txId, LOOK_MS, signal);
          if (!found) throw new Problem('NOT_FOUND', 'not committed, as far as this gateway knows');
          return { status: 200, body: found };
        } finally {
          leave();
        }
      },
    }),
  ];
}

const requestOf = ({ transaction }: Act, { input, transient }: ActBody) => ({
  transaction,
  args: [canonicalBytes(input)],
  ...(transient && { transient }),
});

/** Not the last word: the caller asks again. */
const unknownReply = (txId: string): Reply => ({
  status: 202,
  body: { txId, code: 'UNKNOWN' },
  isFinal: () => false,
});

function assertValid({ txId, code }: CommitStatus): void {
  if (code === 'VALID') return;
  throw new Problem(isProblemCode(code) ? code : 'TRANSACTION_INVALID', `${code}: ${txId}`);
}
