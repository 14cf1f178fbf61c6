/**
 * Reads a ledger again from block 0 and names the first thing that does not hold. Memory does not grow
 * with the chain: blocks stream through, and the state stands in a temporary database.
 */
import {
  type Block,
  HEADER_TYPE,
  readCommittedHeader,
  type Trust,
  validationCodeName,
} from '@tabellion/proof';
import { LedgerDamage } from '../ledger/damage.ts';
import type { TransactionPlace } from './audited-transaction.ts';
import { AuditBreak, assertHolds, type BreakCode, type BreakPlace } from './break.ts';
import { ChainChecker } from './chain.ts';
import { applyWrites } from './concurrency.ts';
import { Configuration, isInForce } from './configuration.ts';
import { listCustodyFlags } from './custody-findings.ts';
import { checkDefinition, LIFECYCLE } from './definition.ts';
import { type Finding, type FindingCode, FindingLog } from './finding.ts';
import { LateTransactions } from './late.ts';
import { listOpenMatters } from './open-matters.ts';
import { listOrderFlags } from './order-findings.ts';
import { checkOrderers } from './orderer-check.ts';
import { checkRecords } from './record-check.ts';
import { RecordReader } from './stored-record.ts';
import { type Judgement, judgeTransaction } from './validation.ts';
import { WorldState } from './world-state.ts';

export interface AuditOptions {
  /** `common.Block` bytes, from block 0 on. */
  readonly blocks: AsyncIterable<Uint8Array>;
  readonly trust: Trust;
  /** Milliseconds since 1970: what is overdue is judged as of then. */
  readonly now: number;
  readonly onProgress?: (blocks: number, bytes: number) => void;
}

export interface AuditReport {
  readonly outcome: 'CLEAN' | 'BROKEN';
  readonly break: (BreakPlace & { readonly code: BreakCode; readonly detail: string }) | null;
  /** Blocks that hold together. */
  readonly height: number;
  /** Hash of the last of them, hex: who knows it notices if anything up to there is altered. */
  readonly head: string;
  readonly counts: AuditCounts;
  readonly findings: readonly Finding[];
  /** Of all findings, those beyond the listed ones included. */
  readonly findingCounts: Readonly<Partial<Record<FindingCode, number>>>;
}

export interface AuditCounts {
  transactions: number;
  invalid: number;
  acquisitions: number;
  batches: number;
  items: number;
  bytes: number;
  /** Items that have a chain of custody of their own, and the steps of all of them. */
  inCustody: number;
  custodySteps: number;
}

/** Whether a batch stands on the ledger is asked by what comes after an audit. */
export interface AuditResult {
  readonly report: AuditReport;
  readonly records: RecordReader;
  close(): void;
}

/** @throws whatever reading the blocks throws: that a ledger cannot be read is no break. */
export async function auditLedger(options: AuditOptions): Promise<AuditResult> {
  const state = new WorldState();
  const auditor = new Auditor(options, state);
  try {
    const report = await auditor.run();
    return { report, records: auditor.records, close: () => state.close() };
  } catch (error) {
    state.close();
    throw error;
  }
}

class Auditor {
  readonly records: RecordReader;
  readonly #options: AuditOptions;
  readonly #state: WorldState;
  readonly #chain: ChainChecker;
  readonly #configuration: Configuration;
  readonly #findings = new FindingLog();
  readonly #late: LateTransactions;
  readonly #counts: AuditCounts = {
    transactions: 0,
    invalid: 0,
    acquisitions: 0,
    batches: 0,
    items: 0,
    bytes: 0,
    inCustody: 0,
    custodySteps: 0,
  };

  constructor(options: AuditOptions, state: WorldState) {
    const { trust } = options;
    this.#options = options;
    this.#state = state;
    this.#chain = new ChainChecker(trust.genesis);
    this.#configuration = new Configuration(trust);
    this.records = new RecordReader(state, trust.chaincode);
    this.#late = new LateTransactions(this.records);
  }

  async run(): Promise<AuditReport> {
    try {
      await this.#readBlocks();
      assertHolds(
        { block: 0 },
        this.#chain.height > 0,
        'BLOCK_MISSING',
        'the ledger has no block at all',
      );
      listOpenMatters(this.records, this.#options.now, this.#findings);
      return this.#report(null);
    } catch (error) {
      if (error instanceof AuditBreak) return this.#report(error);
      // A file of blocks that is not as it was written is a finding, not a failure to read.
      if (!(error instanceof LedgerDamage)) throw error;
      const place = { block: this.#chain.height };
      return this.#report(new AuditBreak('BLOCK_DAMAGED', place, error.message));
    }
  }

  async #readBlocks(): Promise<void> {
    let bytes = 0;
    for await (const block of this.#options.blocks) {
      await this.#readBlock(block);
      bytes += block.length;
      this.#options.onProgress?.(this.#chain.height, bytes);
    }
  }

  async #readBlock(bytes: Uint8Array): Promise<void> {
    const block = this.#chain.check(bytes);
    // Block 0 carries no signatures: the trust file's digest stands for it.
    if (block.number > 0) checkOrderers(block, this.#configuration);
    this.#late.startBlock();
    for (const [position, envelope] of block.envelopes.entries()) {
      if (this.#isConfiguration(block, envelope, position)) this.#readConfiguration(block, bytes);
      else await this.#readTransaction(block, envelope, position);
    }
    assertHolds(
      { block: block.number },
      block.number > 0 || this.#configuration.memberCount > 0,
      'BLOCK_UNREADABLE',
      'block 0 holds no configuration',
    );
  }

  #isConfiguration(block: Block, envelope: Uint8Array, position: number): boolean {
    try {
      return readCommittedHeader(envelope).type === HEADER_TYPE.CONFIG;
    } catch (error) {
      const recorded = validationCodeName(block.validationCodes[position] ?? -1);
      const place = { block: block.number, transaction: position };
      assertHolds(place, recorded !== 'VALID', 'TRANSACTION_UNREADABLE', String(error));
      return false;
    }
  }

  #readConfiguration(block: Block, bytes: Uint8Array): void {
    this.#configuration.apply(bytes, block.number);
    if (block.number > 0) {
      const { number } = block;
      this.#findings.add('CONFIGURATION_CHANGED', `block ${number}`, { block: number });
    }
  }

  async #readTransaction(block: Block, envelope: Uint8Array, position: number): Promise<void> {
    const { trust } = this.#options;
    const { channel, chaincode } = trust;
    const ledger = { channel, chaincode, configuration: this.#configuration, state: this.#state };
    const judgement = judgeTransaction(envelope, ledger);
    const recorded = validationCodeName(block.validationCodes[position] ?? -1);
    const place = { block: block.number, transaction: position, txId: txIdOf(envelope) };
    checkCode(recorded, judgement, place);
    this.#counts.transactions += 1;
    if (recorded !== 'VALID' || judgement.code !== 'VALID') {
      this.#counts.invalid += 1;
      this.#findings.add('INVALID_TRANSACTION', recorded, place);
      return;
    }
    await this.#readValid(judgement, place);
  }

  async #readValid(
    { envelope, creator, isOdd }: Extract<Judgement, { code: 'VALID' }>,
    place: TransactionPlace,
  ): Promise<void> {
    const { trust } = this.#options;
    if (isOdd) this.#findings.add('ODD_ENCODING', creator.commonName, place);
    if (!isInForce(creator, envelope.timestampMs)) {
      this.#findings.add('CERTIFICATE_NOT_IN_FORCE', creator.commonName, place);
    }
    if (envelope.chaincode === LIFECYCLE) {
      const sequence = checkDefinition(envelope.rwset, trust, place);
      if (sequence !== undefined && sequence > 1)
        this.#findings.add('DEFINITION_CHANGED', place.txId, place);
    } else {
      const isLate = this.#late.isLate(envelope.timestampMs);
      if (isLate) {
        this.#findings.add('LATE_TRANSACTION', place.txId, place);
      }
      const written = await checkRecords(
        { place, envelope, signatory: creator },
        trust.chaincode,
        this.#state,
        this.records,
      );
      for (const each of written) {
        const { name, record } = each;
        listCustodyFlags(each, place, this.#findings);
        listOrderFlags(each, {
          ...{ place, records: this.records, findings: this.#findings },
          countsFrom: isLate ? this.#late.earliestTimely : undefined,
        });
        if (name === 'acquisition') this.#counts.acquisitions += 1;
        if (name === 'item') this.#counts.inCustody += 1;
        if (name === 'custody') this.#counts.custodySteps += 1;
        if (name === 'batch' && 'size' in record) {
          this.#counts.batches += 1;
          this.#counts.items += record.size;
          this.#counts.bytes += 'bytes' in record ? record.bytes : 0;
        }
      }
    }
    applyWrites(envelope.rwset, this.#state, place);
  }

  #report(broken: AuditBreak | null): AuditReport {
    return {
      outcome: broken === null ? 'CLEAN' : 'BROKEN',
      break: broken && { code: broken.code, ...broken.place, detail: broken.message },
      height: this.#chain.height,
      head: this.#chain.head,
      counts: this.#counts,
      findings: this.#findings.listed,
      findingCounts: this.#findings.counts,
    };
  }
}

/**
 * Codes that follow from the blocks alone. Others may rest on what a peer knew when it committed, so that
 * a transaction that was found invalid for them and would be valid here is listed, not called a break.
 */
const DETERMINED = new Set([
  'MVCC_READ_CONFLICT',
  'PHANTOM_READ_CONFLICT',
  'DUPLICATE_TXID',
  'ENDORSEMENT_POLICY_FAILURE',
]);

function checkCode(recorded: string, judgement: Judgement, place: TransactionPlace): void {
  const agrees =
    (recorded === 'VALID') === (judgement.code === 'VALID') ||
    (recorded !== 'VALID' && !DETERMINED.has(recorded));
  const why = 'why' in judgement ? ` (${judgement.why})` : '';
  assertHolds(
    place,
    agrees,
    'VALIDATION_CODE_WRONG',
    `recorded ${recorded}, found ${judgement.code}${why}`,
  );
}

/** For the report; empty where the envelope is too broken to have one. */
function txIdOf(envelope: Uint8Array): string {
  try {
    return readCommittedHeader(envelope).txId;
  } catch {
    return '';
  }
}
