/**
 * The automatic disclosure of delayed notices (CNS-5): a covert measure may hide the touched state for
 * a time, and when that time ends the collector's own gateway opens the seal, whether or not anybody
 * remembers to. What stays sealed after its date, because the gateway was down, is a finding of every
 * audit.
 */

import { sealedLocation } from '@tabellion/chaincode/evidence/record';
import { canonicalBytes, parseStrict, utf8 } from '@tabellion/proof';
import type { Logger } from 'pino';
import { performAct, type Signer } from '../ledger/act.ts';
import { expectRecord } from '../ledger/compare-record.ts';
import { LedgerError, type LedgerPort } from '../ledger/port.ts';

/** Opened this long before the latest date, so that ordering has time, milliseconds. */
const AHEAD_MS = 30_000;
const COMMIT_WAIT_MS = 30_000;
const REASON = 'The time for which the notice was delayed has ended';

export interface DisclosureOptions {
  readonly ledger: Pick<
    LedgerPort,
    'prepare' | 'endorse' | 'submit' | 'status' | 'evaluate' | 'channel' | 'chaincode'
  >;
  /** Members whose keys this gateway holds; it discloses for no other. */
  readonly signers: ReadonlyMap<string, Signer>;
  /** Acquisitions of the member still sealed whose latest date is at or before the time. */
  readonly listSealed: (member: string, latest: number) => readonly string[];
  readonly logger: Logger;
  readonly now: () => number;
  readonly everyMs?: number;
}

export interface DisclosureTimer {
  /** Opens what is due; resolves when done. What fails is tried again the next time. */
  run(): Promise<void>;
  close(): Promise<void>;
}

export function startDisclosure(options: DisclosureOptions): DisclosureTimer {
  const { signers, listSealed, logger, now } = options;
  let running: Promise<void> | undefined;

  const runOnce = async () => {
    for (const [member, signer] of signers) {
      for (const acquisition of listSealed(member, now() + AHEAD_MS)) {
        try {
          await disclose(options, signer, acquisition);
          logger.info({ member, acquisition }, 'delayed notice disclosed');
        } catch (error) {
          const code =
            error instanceof LedgerError ? (error.contractCode ?? error.code) : undefined;
          logger.error({ member, acquisition, code }, 'delayed notice could not be disclosed');
        }
      }
    }
  };
  const run = () => {
    running ??= runOnce().finally(() => {
      running = undefined;
    });
    return running;
  };
  const timer = setInterval(() => void run(), options.everyMs ?? 10_000);
  timer.unref();
  return {
    run,
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}

async function disclose(
  { ledger, now }: DisclosureOptions,
  signer: Signer,
  acquisition: string,
): Promise<void> {
  const { location, salt } = await readSealedLocation(ledger, signer, acquisition);
  const input = { acquisition, location, salt, reason: REASON };
  const request = { transaction: 'evidence:disclose', args: [canonicalBytes(input)] };
  const { txId, status } = await performAct(
    ledger,
    signer,
    request,
    expectRecord(request, signer),
    {
      channel: ledger.channel,
      chaincode: ledger.chaincode,
      now,
      signal: AbortSignal.timeout(COMMIT_WAIT_MS),
    },
  );
  if (status.code !== 'VALID') {
    throw new LedgerError('NOT_ACCEPTED', `committed as ${status.code}`, { txId });
  }
}

async function readSealedLocation(
  ledger: DisclosureOptions['ledger'],
  signer: Signer,
  acquisition: string,
) {
  const { proposal } = await ledger.prepare({
    transaction: 'evidence:readSealed',
    args: [utf8(acquisition)],
    creator: signer.creator,
  });
  const bytes = await ledger.evaluate({
    bytes: proposal,
    signature: await signer.sign(proposal),
  });
  return sealedLocation.parse(parseStrict(bytes));
}
