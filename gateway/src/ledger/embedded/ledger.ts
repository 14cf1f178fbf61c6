/**
 * The embedded ledger: the same contracts as on a Fabric network, in this process, with Fabric's rules
 * and encodings, for one machine and one operator. It claims no distributed trust.
 */
import '@tabellion/proof/node';
import { randomBytes } from 'node:crypto';
import { blockHeaderHash, readBlock, toHex, utf8, validationCodeName } from '@tabellion/proof';
import { signerFromPem } from '../../identity/key.ts';
import { makeDirectory } from '../../identity/private-file.ts';
import type { Signer } from '../act.ts';
import { encodeCreator } from '../creator.ts';
import { Mutex } from '../mutex.ts';
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
import { type AdmissionContext, admitTransaction } from './admission.ts';
import { type BootstrapContext, commitConfig, commitDefinition } from './bootstrap.ts';
import { assertLinked, readEvents } from './chain.ts';
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
import { openStore } from './store/open-store.ts';
import { publicSpace } from './store/space.ts';
import type { Store } from './store/store.ts';
import { TransientStore } from './transient-store.ts';

export interface EmbeddedLedgerOptions {
  /** Where the ledger is kept; made if absent, and locked while open. */
  readonly directory: string;
  readonly network: EmbeddedNetwork;
  /** What the members agreed on upon the ledger itself; it comes before the network's. */
  readonly agreedThreshold?: (read: ReadKey) => number | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** By how much a proposal's time may differ from `now`; 900 as on a Fabric peer. */
  readonly timeWindowSeconds?: number;
  readonly blockMaxMessages?: number;
  readonly blockMaxBytes?: number;
  readonly blockMaxAgeMs?: number;
}

/** The value under a public key of the chaincode, as it is committed. */
export type ReadKey = (key: string) => Uint8Array | undefined;

/** What a trust file needs to know of this ledger. */
export interface LedgerFacts {
  /** Hex SHA-256 of block 0's header. */
  readonly genesis: string;
  readonly definitions: readonly Definition[];
}

const DEFAULT_CUT: CutRule = { maxMessages: 500, maxBytes: 2 * 1024 * 1024, maxAge: 2 };
const DEFAULT_TIME_WINDOW = 900;

/**
 * @throws LedgerError `UNAVAILABLE` when the directory is in use or its last block does not fit;
 * `DAMAGED` where its files are not as they were written.
 */
export async function openEmbeddedLedger(options: EmbeddedLedgerOptions): Promise<EmbeddedLedger> {
  await makeDirectory(options.directory);
  const store = await openStore(options.directory);
  try {
    assertLinked(store);
    const ledger = new EmbeddedLedger(store, options);
    await ledger.start();
    return ledger;
  } catch (error) {
    await store.close();
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
  readonly #bootstrap: BootstrapContext;
  readonly #admission: AdmissionContext;
  readonly #agreedThreshold: EmbeddedLedgerOptions['agreedThreshold'];
  readonly #gate = new Gate();
  readonly #updates = new Mutex();
  #msps: readonly MemberMsp[];
  #identities: ChannelIdentities;
  #endorsers: readonly EndorsingMember[] = [];
  #closing = false;

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
    this.#msps = network.members;
    this.#committer = this.#createCommitter(options);
    this.#endorser = this.#createEndorser(options.timeWindowSeconds ?? DEFAULT_TIME_WINDOW);
    this.#agreedThreshold = options.agreedThreshold;
    this.#bootstrap = { store, committer: this.#committer, network, now: this.#now };
    this.#admission = {
      channel: network.channel,
      transients: this.#transients,
      now: this.#now,
      identities: () => this.#identities,
      isTaken: (txId) => this.#pending.has(txId) || store.findTransaction(txId) !== null,
    };
  }

  /** Brings the channel to what the network says. Part of opening. */
  async start(): Promise<void> {
    this.#assertNodes();
    await commitConfig(this.#bootstrap, this.#network.members, () => {});
    await this.redefine();
  }

  /** Puts the policy in force that the members agreed on, unless it is. */
  redefine(): Promise<void> {
    return this.#updates.run(async () => {
      this.#assertOpen();
      const agreed = this.#agreedThreshold?.(
        (key) => this.#store.get(publicSpace(this.chaincode), utf8(key))?.value,
      );
      const network = agreed === undefined ? {} : { endorsementThreshold: agreed };
      const bootstrap = { ...this.#bootstrap, network: { ...this.#network, ...network } };
      await commitDefinition(bootstrap, [...this.#signers.values()]);
    });
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
  updateMsps(msps: readonly MemberMsp[]): Promise<void> {
    return this.#updates.run(async () => {
      this.#assertOpen();
      const given = new Map(msps.map((msp) => [msp.mspId, msp]));
      for (const mspId of given.keys()) {
        if (this.#members.has(mspId)) continue;
        throw new LedgerError('UNKNOWN_MEMBER', `no member ${mspId}`);
      }
      const merged = this.#msps.map((msp) => given.get(msp.mspId) ?? msp);
      const identities = new ChannelIdentities(merged, this.#memo);
      await commitConfig(this.#bootstrap, merged, () => {
        this.#identities = identities;
        this.#msps = merged;
      });
    });
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
    this.#assertAccepting();
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
    this.#assertAccepting();
    const { envelope, txId } = admitTransaction(payload, this.#admission);
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

  /**
   * Copies the ledger as it is now into a directory, from which one can be opened; writing goes on.
   * @throws LedgerError `DAMAGED` rather than copy a block that changed.
   */
  async snapshot(directory: string): Promise<{ height: number }> {
    this.#assertOpen();
    return this.#store.snapshot(directory);
  }

  async height(): Promise<number> {
    this.#assertOpen();
    return this.#store.height();
  }

  /** Commits what was accepted, lets executions end, then lets go of the directory. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#committer.drain();
    this.#committer.stop(new LedgerError('STOPPED', 'the ledger is closed'));
    await this.#gate.write(() => {});
    await this.#store.close();
  }

  #createCommitter(options: EmbeddedLedgerOptions): Committer {
    const mspIds = [...this.#members];
    const lifecyclePolicy = peersPolicy(mspIds, Math.floor(mspIds.length / 2) + 1);
    const { orderer } = this.#network;
    const signer = signerFromPem(orderer.mspId, orderer.certificate, orderer.key);
    return new Committer({
      store: this.#store,
      gate: this.#gate,
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

  #createEndorser(timeWindowSeconds: number): Endorser {
    return new Endorser({
      store: this.#store,
      gate: this.#gate,
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

  /** @throws LedgerError `IDENTITY_REFUSED` unless peers and orderer are what they stand for. */
  #assertNodes(): void {
    const nodes = [...this.#signers.values()].map(({ creator }) => ({ creator, role: 'PEER' }));
    const { certificate, mspId } = this.#network.orderer;
    nodes.push({ creator: encodeCreator(mspId, certificate), role: 'ORDERER' });
    for (const { creator, role } of nodes) {
      const identity = this.#identities.readCurrent(creator, this.#now());
      if (identity.role === role) continue;
      throw new LedgerError('IDENTITY_REFUSED', `${identity.mspId} has no ${role} there`);
    }
  }

  #assertOpen(): void {
    this.#committer.assertRunning();
  }

  #assertAccepting(): void {
    this.#assertOpen();
    if (this.#closing) throw new LedgerError('STOPPED', 'the ledger is closing');
  }

  #assertInstalled(): void {
    this.#assertAccepting();
    if (this.#endorsers.length === 0) {
      throw new LedgerError('UNAVAILABLE', 'no contracts are installed');
    }
  }
}
