/** What stands in the manifest of a batch, as every member finds it. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import type { Logger } from 'pino';
import { EvidenceError } from '../evidence/error.ts';
import { checkBatch } from './check-batch.ts';
import { LabelError } from './error.ts';
import type { LabelLine, TransferLine } from './manifest.ts';
import type { LabelManifestStore } from './manifest-store.ts';
import type { LabelView } from './view.ts';

export interface BatchPorts {
  readonly view: Pick<LabelView, 'isWithheld' | 'categoriesOf'>;
  readonly manifests: LabelManifestStore;
  readonly logger: Logger;
  /** Told of a batch whose manifest is here and is not what it was. */
  readonly onDamaged?: ((batch: string) => void) | undefined;
}

export interface OnLine {
  readonly label?: (line: LabelLine) => void;
  readonly transfer?: (line: TransferLine) => void;
}

/**
 * WHOLE: every line was told, and all of it is what the record says; before that no line counts. VOID: it is
 * not what the record says, for every member alike. ABSENT: the manifest is not here, or what is here is
 * damaged and nobody gives it again, because members found that it was kept back.
 * @throws where it is damaged otherwise: it is to be fetched again.
 */
export async function readBatch(
  { view, manifests, logger, onDamaged }: BatchPorts,
  digest: string,
  record: LabelBatchRecord,
  { label = () => undefined, transfer }: OnLine,
): Promise<'WHOLE' | 'VOID' | 'ABSENT'> {
  const { manifest } = record;
  if (!(await manifests.has(manifest))) return 'ABSENT';
  try {
    const facts = await manifests.read(manifest, label, transfer);
    checkBatch(facts, record, view.categoriesOf(record.taxonomy));
    return 'WHOLE';
  } catch (error) {
    const isOurs = error instanceof LabelError || error instanceof EvidenceError;
    if (!isOurs) throw error;
    if (!(await manifests.isIntact(manifest))) {
      if (view.isWithheld(digest)) return 'ABSENT';
      onDamaged?.(digest);
      throw error;
    }
    logger.error({ batch: digest, code: error.code }, 'a batch is void');
    return 'VOID';
  }
}
