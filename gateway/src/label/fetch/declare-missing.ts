/**
 * Where the operator wants it: once the time that the members agreed on is over, the gateway declares with
 * the key of its member's service that it was not given a manifest. It does so only of what it has asked
 * every gateway for that it knows, and that none of them gave: a full disk here, or a file that was given and
 * is damaged here, is no other member's doing, and the declaration counts for good.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { canonicalBytes } from '@tabellion/proof';
import type { Logger } from 'pino';
import { performAct, type Signer } from '../../ledger/act.ts';
import { expectRecord } from '../../ledger/compare-record.ts';
import { LedgerError, type LedgerPort } from '../../ledger/port.ts';
import type { LabelView } from '../view.ts';
import { countRefusals, type Wanted } from './wanted.ts';

const REASON = 'No gateway that is known here gave the manifest';
const COMMIT_WAIT_MS = 30_000;
const EVERY_MS = 60_000;

export interface DeclaringOptions {
  readonly ledger: Pick<
    LedgerPort,
    'prepare' | 'endorse' | 'submit' | 'status' | 'channel' | 'chaincode'
  >;
  readonly signer: Signer;
  readonly view: Pick<LabelView, 'listMissing' | 'fetchSeconds'>;
  readonly missing: () => readonly Wanted[];
  /** How many gateways are asked. */
  readonly sources: number;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly everyMs?: number;
}

export function startDeclaring(options: DeclaringOptions): { close(): Promise<void> } {
  const { signer, view, missing, sources, logger, now } = options;
  const stop = new AbortController();

  const isDue = (wanted: Wanted) => {
    const { batch, record, isDamaged } = wanted;
    const seconds = view.fetchSeconds();
    if (seconds === undefined || record.act.member === signer.mspId || isDamaged) return false;
    const isOver = now() >= record.act.at + seconds * 1000;
    return (
      isOver && countRefusals(wanted) >= sources && !view.listMissing(batch).includes(signer.mspId)
    );
  };

  const declare = async ({ batch }: Wanted) => {
    const input = { batch, reason: REASON };
    const request = { transaction: 'label:miss', args: [canonicalBytes(input)] };
    const { channel, chaincode } = options.ledger;
    const { txId, status } = await performAct(
      options.ledger,
      signer,
      request,
      expectRecord(request, signer),
      {
        ...{ channel, chaincode, now },
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(COMMIT_WAIT_MS)]),
      },
    );
    if (status.code !== 'VALID')
      throw new LedgerError('NOT_ACCEPTED', `committed as ${status.code}`, { txId });
    logger.warn({ batch }, 'declared that a label manifest was not given');
  };

  const follow = async () => {
    while (!stop.signal.aborted) {
      for (const wanted of missing().filter(isDue)) {
        if (stop.signal.aborted) return;
        await declare(wanted).catch((error: unknown) => {
          const code =
            error instanceof LedgerError ? (error.contractCode ?? error.code) : undefined;
          logger.error({ batch: wanted.batch, code }, 'a missing manifest could not be declared');
        });
      }
      await delay(options.everyMs ?? EVERY_MS, undefined, { signal: stop.signal }).catch(
        () => undefined,
      );
    }
  };
  const following = follow();

  return {
    async close() {
      stop.abort();
      await following;
    },
  };
}
