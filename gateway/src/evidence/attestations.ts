/**
 * The signed reads that make a batch provable without the ledger: collected once a batch has
 * committed, kept by batch digest. A missing one can be collected at any time, for the record stays.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { batchKey } from '@tabellion/chaincode/evidence/key';
import { readEnvelope, sha256, toHex } from '@tabellion/proof';
import { makeDirectory } from '../identity/private-file.ts';
import type { Signer } from '../ledger/act.ts';
import type { LedgerPort } from '../ledger/port.ts';
import { writeCopies } from './durable-file.ts';
import { EvidenceError } from './error.ts';
import { attestKey } from './ledger-reader.ts';

export interface Attestation {
  /** `common.Envelope` bytes. */
  readonly envelope: Uint8Array;
  /** The batch record's exact bytes, as the peers signed them. */
  readonly record: Uint8Array;
}

export interface AttestationsOptions {
  readonly directory: string;
  readonly ledger: Pick<LedgerPort, 'prepare' | 'attest'>;
  /** The gateway's own identity. */
  readonly signer: Signer;
}

const DIGEST = /^[0-9a-f]{64}$/;

export class Attestations {
  readonly #options: AttestationsOptions;
  readonly #collecting = new Map<string, Promise<Attestation>>();

  constructor(options: AttestationsOptions) {
    this.#options = options;
  }

  /**
   * The attestation of a batch: the stored one, or a new one, stored before it is returned.
   * @throws EvidenceError `NOT_FOUND`, `ATTESTATION_PENDING` while the ledger cannot give one.
   */
  get(batch: string): Promise<Attestation> {
    if (!DIGEST.test(batch)) {
      return Promise.reject(new EvidenceError('NOT_FOUND', 'not the digest of a batch'));
    }
    const running = this.#collecting.get(batch);
    if (running !== undefined) return running;
    const collecting = this.#load(batch).finally(() => this.#collecting.delete(batch));
    this.#collecting.set(batch, collecting);
    return collecting;
  }

  async #load(batch: string): Promise<Attestation> {
    const file = join(this.#options.directory, batch.slice(0, 2), `${batch}.pb`);
    const stored = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (stored !== undefined) return readAttestation(batch, stored);
    const attestation = readAttestation(batch, await this.#collect(batch));
    await makeDirectory(this.#options.directory);
    await writeCopies([file], [attestation.envelope]);
    return attestation;
  }

  async #collect(batch: string): Promise<Uint8Array> {
    const { ledger, signer } = this.#options;
    try {
      return await attestKey(ledger, signer, batchKey(batch));
    } catch (cause) {
      if ((cause as { contractCode?: string }).contractCode === 'NOT_FOUND') {
        throw new EvidenceError('NOT_FOUND', 'no such batch on the ledger', { cause });
      }
      throw new EvidenceError('ATTESTATION_PENDING', 'the ledger gives no attestation now', {
        cause,
      });
    }
  }
}

/** What the verifier will check is not repeated here, but for what would make it useless. */
function readAttestation(batch: string, envelope: Uint8Array): Attestation {
  const record = readEnvelope(envelope).response.payload;
  if (toHex(sha256(record)) !== batch) {
    throw new EvidenceError('PROOF_INVALID', 'the attestation is not this batch’s');
  }
  return { envelope, record };
}
