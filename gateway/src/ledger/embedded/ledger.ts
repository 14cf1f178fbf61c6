/**
 * The embedded ledger: the same contracts as on a Fabric network, in this process, with Fabric's rules
 * and encodings, for one machine and one operator. It claims no distributed trust.
 */
import '@tabellion/proof/node';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import {
  blockDataHash,
  blockHeaderHash,
  equalBytes,
  HEADER_TYPE,
  readBlock,
  readEnvelope,
  readEnvelopeHeader,
  readTransaction,
  toHex,
  validationCodeName,
} from '@tabellion/proof';
import { signerFromPem } from '../../identity/key.ts';
import type { Signer } from '../act.ts';
import {
  type ChaincodeEvent,
  type CommitStatus,
  type EndorsedTransaction,
  type EndorseOptions,
  LedgerError,
  type LedgerPort,
  type PreparedProposal,
  type ProposalRequest,
  type Signed,
  type WaitOptions,
} from '../port.ts';
import { buildProposal, NONCE_BYTES } from '../proposal.ts';
import { encodeEnvelope } from '../transaction.ts';
import { commitConfig, commitDefinition } from './bootstrap.ts';
import { Committer, type CutRule } from './committer.ts';
import { type Definition, readChaincodePolicy, readDefinitions } from './definition.ts';
import { Endorser, type EndorsingMember } from './endorser.ts';
import { Followers } from './followers.ts';
import { Gate } from './gate.ts';
import { ChannelIdentities } from './identities.ts';
import type { EmbeddedNetwork, MemberMsp } from './network.ts';
import { peersPolicy } from './role-policy.ts';
import { type ContractClass, createChaincode } from './shim.ts';
import { SignatureMemo } from './signature-memo.ts';
import { Store } from './store.ts';
import { TransientStore } from './transient-store.ts';

export interface EmbeddedLedgerOptions {
  /** Where the ledger is kept; made if absent, and locked while open. */
  readonly directory: string;
  readonly network: EmbeddedNetwork;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** By how much a proposal's time may differ from `now`; 900 as on a Fabric peer. */
  readonly timeWindowSeconds?: number;
  readonly blockMaxMessages?: number;
  readonly blockMaxBytes?: number;
  readonly blockMaxAgeMs?: number;
}

/** What a trust file needs to know of this ledger. */
export interface LedgerFacts {
  /** Hex SHA-256 of block 0's header. */
  readonly genesis: string;
  readonly definitions: readonly Definition[];
}

const DEFAULT_CUT: CutRule = { maxMessages: 500, maxBytes: 2 * 1024 * 1024, maxAge: 2 };
/** `Orderer.BatchSize.AbsoluteMaxBytes` of Fabric's samples. */
const MAX_ENVELOPE_BYTES = 10 * 1024 * 1024;

/** @throws LedgerError `UNAVAILABLE` when the directory is in use or its last block does not fit. */
export async function openEmbeddedLedger(options: EmbeddedLedgerOptions): Promise<EmbeddedLedger> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const store = new Store(options.directory);
  try {
    assertLinked(store);
    const ledger = new EmbeddedLedger(store, options);
    await ledger.start();
    return ledger;
  } catch (error) {
    store.close();
    throw error;
  }
}

export class EmbeddedLedger implements LedgerPort {
  readonly kind = 'embedded';
  readonly channel: string;
  readonly chaincode: string;
  readonly #store: Store;
  readonly #network: EmbeddedNetwork;
  readonly #now: () => number;
  readonly #followers = new Followers();
  readonly #transients = new TransientStore();
  readonly #memo = new SignatureMemo();
  readonly #committer: Committer;
  readonly #endorser: Endorser;
  readonly #signers: ReadonlyMap<string, Signer>;
  readonly #members: ReadonlySet<string>;
  /** Transaction IDs between submission and commit. */
  readonly #pending = new Set<string>();
  #identities: ChannelIdentities;
  #endorsers: readonly EndorsingMember[] = [];
  #closed = false;

  constructor(store: Store, options: EmbeddedLedgerOptions) {
    const { network } = options;
    this.channel = network.channel;
    this.chaincode = network.chaincode;
    this.#store = store;
    this.#network = network;
    this.#now = options.now ?? Date.now;
    this.#signers = new Map(
      network.members.map(({ mspId, peer }) => [
        mspId,
        signerFromPem(mspId, peer.certificate, peer.key),
      ]),
    );
    this.#members = new Set(this.#signers.keys());
    this.#identities = new ChannelIdentities(network.members, this.#memo);
    const gate = new Gate();
    this.#committer = this.#createCommitter(gate, options);
    this.#endorser = this.#createEndorser(gate, options.timeWindowSeconds ?? 900);
  }

  /** Brings the channel to what the network says. Part of opening. */
  async start(): Promise<void> {
    const context = {
      store: this.#store,
      committer: this.#committer,
      network: this.#network,
      now: this.#now,
    };
    await commitConfig(context, this.#network.members);
    await commitDefinition(context, [...this.#signers.values()]);
  }

  /** Gives every member's peer the chaincode to run; replaces the one it ran. */
  install(contracts: readonly ContractClass[]): void {
    this.#endorsers = [...this.#signers].map(([mspId, signer]) => ({
      mspId,
      signer,
      chaincode: createChaincode(contracts, this.chaincode),
    }));
  }

  /**
   * Puts new certificates and revocations of members in force, by a configuration block.
   * @throws LedgerError `UNKNOWN_MEMBER`: who takes part is changed by opening with another network.
   */
  async updateMsps(msps: readonly MemberMsp[]): Promise<void> {
    const given = new Map(msps.map((msp) => [msp.mspId, msp]));
    for (const mspId of given.keys()) {
      if (!this.#members.has(mspId)) throw new LedgerError('UNKNOWN_MEMBER', `no member ${mspId}`);
    }
    const merged = this.#network.members.map((member) => given.get(member.mspId) ?? member);
    const identities = new ChannelIdentities(merged, this.#memo);
    await commitConfig(
      {
        store: this.#store,
        committer: this.#committer,
        network: this.#network,
        now: this.#now,
      },
      merged,
    );
    this.#identities = identities;
  }

  facts(): LedgerFacts {
    this.#assertOpen();
    const genesis = readBlock(this.#store.block(0)!);
    return {
      genesis: toHex(blockHeaderHash(genesis)),
      definitions: readDefinitions(this.#store, this.chaincode),
    };
  }

  async prepare(request: ProposalRequest): Promise<PreparedProposal> {
    this.#assertOpen();
    const { channel, chaincode } = this;
    const nonce = randomBytes(NONCE_BYTES);
    return buildProposal({ ...request, channel, chaincode, nonce, at: this.#now() });
  }

  async endorse(proposal: Signed, options?: EndorseOptions): Promise<EndorsedTransaction> {
    this.#assertInstalled();
    return this.#endorser.endorse(proposal, options);
  }

  async evaluate(proposal: Signed): Promise<Uint8Array> {
    this.#assertInstalled();
    return this.#endorser.evaluate(proposal);
  }

  async attest(proposal: Signed, options?: EndorseOptions): Promise<Uint8Array> {
    this.#assertInstalled();
    return this.#endorser.attest(proposal, options);
  }

  /** Checks what an ordering node checks; all else is judged at commit. */
  async submit(payload: Signed): Promise<void> {
    this.#assertOpen();
    const envelope = encodeEnvelope(payload.bytes, payload.signature);
    const txId = this.#acceptEnvelope(envelope, payload);
    this.#committer.enqueue(envelope);
    this.#pending.add(txId);
  }

  async status(txId: string, { signal }: WaitOptions = {}): Promise<CommitStatus> {
    for (;;) {
      this.#assertOpen();
      const found = this.#store.findTransaction(txId);
      if (found) {
        const { block, transaction } = found.version;
        return { txId, code: validationCodeName(found.code), block, position: transaction };
      }
      if (signal?.aborted) {
        throw new LedgerError('UNKNOWN', 'the transaction was not committed in time', { txId });
      }
      await this.#followers.next(signal);
    }
  }

  async *blocks(from: number, { signal }: WaitOptions = {}): AsyncGenerator<Uint8Array> {
    for (let number = from; !signal?.aborted; ) {
      this.#assertOpen();
      const block = this.#store.block(number);
      if (block) {
        yield block;
        number += 1;
      } else {
        await this.#followers.next(signal);
      }
    }
  }

  async *events(from: number, options: WaitOptions = {}): AsyncGenerator<ChaincodeEvent> {
    for await (const bytes of this.blocks(from, options)) yield* readEvents(bytes);
  }

  async height(): Promise<number> {
    this.#assertOpen();
    return this.#store.height();
  }

  /** Commits what was accepted, then lets go of the directory. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#committer.drain();
    this.#committer.stop(new LedgerError('STOPPED', 'the ledger is closed'));
    this.#store.close();
  }

  #createCommitter(gate: Gate, options: EmbeddedLedgerOptions): Committer {
    const mspIds = [...this.#members];
    const lifecyclePolicy = peersPolicy(mspIds, Math.floor(mspIds.length / 2) + 1);
    const { orderer } = this.#network;
    const signer = signerFromPem(orderer.mspId, orderer.certificate, orderer.key);
    return new Committer({
      store: this.#store,
      gate,
      cut: {
        maxMessages: options.blockMaxMessages ?? DEFAULT_CUT.maxMessages,
        maxBytes: options.blockMaxBytes ?? DEFAULT_CUT.maxBytes,
        maxAge: options.blockMaxAgeMs ?? DEFAULT_CUT.maxAge,
      },
      orderer: signer,
      validation: () => ({
        store: this.#store,
        channel: this.channel,
        chaincode: this.chaincode,
        identities: this.#identities,
        members: this.#members,
        chaincodePolicy: readChaincodePolicy(this.#store, this.chaincode),
        lifecyclePolicy,
        privateWrites: (txId) => this.#transients.get(txId),
      }),
      onCommit: ({ transactions }) => {
        for (const { txId } of transactions) {
          this.#pending.delete(txId);
          this.#transients.delete(txId);
        }
        this.#followers.notify();
      },
      onStop: (reason) => this.#followers.stop(reason),
    });
  }

  #createEndorser(gate: Gate, timeWindowSeconds: number): Endorser {
    return new Endorser({
      store: this.#store,
      gate,
      channel: this.channel,
      chaincode: this.chaincode,
      members: this.#members,
      transients: this.#transients,
      memo: this.#memo,
      timeWindow: timeWindowSeconds * 1000,
      now: this.#now,
      identities: () => this.#identities,
      endorsers: () => this.#endorsers,
      chaincodePolicy: () => readChaincodePolicy(this.#store, this.chaincode)!,
    });
  }

  /** @returns the transaction ID that the envelope claims */
  #acceptEnvelope(envelope: Uint8Array, { bytes, signature }: Signed): string {
    if (envelope.length > MAX_ENVELOPE_BYTES) {
      throw new LedgerError('NOT_ACCEPTED', `an envelope has at most ${MAX_ENVELOPE_BYTES} bytes`);
    }
    const header = decodeHeader(envelope);
    const { txId } = header;
    if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION) {
      throw new LedgerError('NOT_ACCEPTED', 'not an endorser transaction', { txId });
    }
    const creator = this.#identities.readCurrent(header.creator.bytes, this.#now());
    if (header.channel !== this.channel || !creator.isSignatureValid(bytes, signature)) {
      throw new LedgerError('NOT_ACCEPTED', 'not signed by its creator for this channel', { txId });
    }
    if (this.#pending.has(txId) || this.#store.findTransaction(txId)) {
      throw new LedgerError('DUPLICATE_TRANSACTION', 'the transaction ID is taken', { txId });
    }
    if (!this.#hasPrivateValues(bytes)) {
      throw new LedgerError('NOT_ACCEPTED', 'its private values are gone: endorse again', { txId });
    }
    return txId;
  }

  #hasPrivateValues(payload: Uint8Array): boolean {
    try {
      const { rwset, txId } = readTransaction(payload);
      return this.#transients.covers(txId, rwset);
    } catch {
      // Not a transaction that could become valid: the validator says why.
      return true;
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new LedgerError('STOPPED', 'the ledger is closed');
    this.#committer.assertRunning();
  }

  #assertInstalled(): void {
    this.#assertOpen();
    if (this.#endorsers.length === 0) {
      throw new LedgerError('UNAVAILABLE', 'no contracts are installed');
    }
  }
}

function decodeHeader(envelope: Uint8Array) {
  try {
    return readEnvelopeHeader(envelope);
  } catch (cause) {
    throw new LedgerError('NOT_ACCEPTED', 'not a transaction envelope', { cause });
  }
}

function* readEvents(bytes: Uint8Array): Generator<ChaincodeEvent> {
  const block = readBlock(bytes);
  for (const [position, envelope] of block.envelopes.entries()) {
    if (validationCodeName(block.validationCodes[position]!) !== 'VALID') continue;
    if (readEnvelopeHeader(envelope).chaincode === '') continue;
    const { event, txId } = readEnvelope(envelope);
    if (event) yield { block: block.number, txId, name: event.name, payload: event.payload };
  }
}

/** The last block must follow from the one before it and hold what its header says. */
function assertLinked(store: Store): void {
  const height = store.height();
  if (height === 0) return;
  const last = readBlock(store.block(height - 1)!);
  const previous =
    height > 1 ? blockHeaderHash(readBlock(store.block(height - 2)!)) : new Uint8Array();
  const isLinked =
    equalBytes(last.previousHash, previous) &&
    equalBytes(last.dataHash, blockDataHash(last.envelopes));
  if (!isLinked) throw new LedgerError('UNAVAILABLE', 'the last block does not link');
}
