/** What a node keeps of its members' evidence, and how items reach the ledger through it. */
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { openAnchoring } from '../evidence/anchoring.ts';
import { followBatches } from '../evidence/attestation-follower.ts';
import { Attestations } from '../evidence/attestations.ts';
import { createLedgerReader } from '../evidence/ledger-reader.ts';
import { openManifests } from '../evidence/member-manifests.ts';
import type { GatewayDeps } from '../http/deps.ts';
import { toProblem } from '../http/problem.ts';
import type { JournalFact } from '../journal/entry.ts';
import type { createEvidenceView } from '../projection/evidence-view.ts';

export interface EvidenceParts
  extends Pick<GatewayDeps, 'ledger' | 'serviceSigners' | 'journal' | 'operator' | 'now'> {
  /** The gateway's own directory. */
  readonly own: string;
  /** Second place for manifests. */
  readonly escrow: string | undefined;
  readonly evidence: ReturnType<typeof createEvidenceView>;
  readonly assertClock: () => void;
  readonly logger: Logger;
  readonly onFailure: (error: unknown) => void;
}

export async function openEvidence(parts: EvidenceParts, opened: AsyncDisposableStack) {
  const { own, ledger, serviceSigners, journal, operator, evidence, logger, onFailure } = parts;
  const members = [...serviceSigners.keys()];
  const manifests = await openManifests({
    directory: join(own, 'manifests'),
    ...(parts.escrow === undefined ? {} : { escrow: resolve(parts.escrow) }),
    members,
    batchOf: evidence.batchOf,
  });
  opened.defer(() => manifests.close());
  const attestations = new Attestations({
    directory: join(own, 'attestations'),
    ledger,
    signer: serviceSigners.get(operator)!,
  });
  const batches = await followBatches({
    directory: join(own, 'attestations'),
    ledger,
    members,
    attestations,
    logger,
    onFailure,
  });
  opened.defer(() => batches.close());
  const anchoring = await openAnchoring({
    directory: join(own, 'spool'),
    portsOf: (member) => {
      const signer = serviceSigners.get(member);
      if (signer === undefined) return undefined;
      const reader = createLedgerReader(ledger, signer);
      return { act: ledger, signer, reader, target: ledger };
    },
    manifestsOf: (member) => manifests.of(member),
    onSpoolFailure: (member, error) => {
      onFailure(error);
      logger.warn({ member, code: (error as { code?: string }).code }, 'spooled items wait');
    },
    onSpoolRefusal: (member, error) =>
      void journal.record(describeSpoolRefusal(member, error)).catch((cause) => {
        onFailure(cause);
        logger.error({ member }, 'a refusal is not in the journal');
      }),
    // When an item was collected is judged by no clock that is wrong.
    now: () => {
      parts.assertClock();
      return parts.now();
    },
  });
  opened.defer(() => anchoring.close());
  return { manifests, attestations, anchoring };
}

/** Nobody waits for the answer behind a receipt, so the refusal is told by the journal. */
const describeSpoolRefusal = (member: string, error: unknown): JournalFact => ({
  kind: 'REFUSAL',
  member,
  who: null,
  role: 'system',
  operation: 'addItems',
  verb: 'evidence:anchor',
  code: toProblem(error).code,
});
