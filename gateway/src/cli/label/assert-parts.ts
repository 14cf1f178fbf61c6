/** Hands in manifests and asserts them, each once however often it is tried. */
import { sha256, toHex } from '@tabellion/proof';
import { LedgerError } from '../../ledger/port.ts';
import { performOwnAct } from '../act.ts';
import { createActPort } from '../act-port.ts';
import { openSigner, type Session } from '../session.ts';
import type { BatchStatement } from './assert-options.ts';
import type { Part, Plan, PlanDirectory } from './plan.ts';

export interface AssertedPart {
  readonly batch: string;
  readonly txId: string;
  readonly manifest: string;
  readonly root: string;
  readonly size: number;
  readonly tlp: Part['tlp'];
  /** By an earlier run. */
  readonly before: boolean;
}

/** Later than this, a transaction that the gateway knows nothing of is taken as never sent, milliseconds. */
const LOST_MS = 120_000;

/** @throws LedgerError `UNKNOWN` where it cannot be learnt yet: the same command again goes on. */
export async function assertParts(
  session: Session,
  directory: PlanDirectory,
  plan: Plan,
  { statement, now }: { readonly statement: BatchStatement; readonly now: () => number },
): Promise<AssertedPart[]> {
  const asserted: AssertedPart[] = [];
  const parts = [...plan.parts];
  const keep = (at: number, part: Part) => {
    parts[at] = part;
    return directory.keep({ ...plan, parts });
  };
  for (const [at, part] of plan.parts.entries()) {
    const { manifest, root, size, tlp, evidence } = part;
    const before = part.done || (await stands(session, part, now));
    if (!before) {
      await session.client.put(`/v1/label/manifests/${manifest}`, {
        stream: { body: directory.openManifest(manifest), type: 'application/x-ndjson' },
        timeoutMs: 0,
      });
      await performOwnAct(session, {
        transaction: 'label:assert',
        input: {
          ...{ ...statement, manifest, root, size, tlp },
          ...(evidence && { content: 'TRANSFERS', evidence }),
        },
        onEndorsed: (txId, record) =>
          keep(at, { ...part, tried: { txId, batch: toHex(sha256(record)), at: now() } }),
      });
    }
    const { txId, batch } = parts[at]!.tried!;
    await keep(at, { ...parts[at]!, done: true });
    await directory.dropManifest(manifest);
    asserted.push({ batch, txId, manifest, root, size, tlp, before });
  }
  return asserted;
}

/** Whether an earlier run got it on the ledger, as far as can be known by now. */
async function stands(session: Session, { tried }: Part, now: () => number): Promise<boolean> {
  if (tried === undefined) return false;
  const statusMs = Math.max(0, tried.at + LOST_MS - now());
  const { certificate } = await openSigner(session);
  const port = createActPort(session.client, certificate, { statusMs });
  try {
    const { code } = await port.status(tried.txId, { signal: session.signal });
    return code === 'VALID';
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'UNKNOWN') throw error;
    if (session.signal.aborted || now() < tried.at + LOST_MS) throw error;
    return false;
  }
}
