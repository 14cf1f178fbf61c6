/** A client of any ledger, for the suite: everything that a person does, in steps or at once. */
import { randomBytes } from 'node:crypto';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import {
  type CommitStatus,
  type EndorsedTransaction,
  LedgerError,
  type LedgerErrorCode,
  type LedgerPort,
  type PreparedProposal,
  type Signed,
} from '../../gateway/src/ledger/port.ts';
import { buildProposal, NONCE_BYTES } from '../../gateway/src/ledger/proposal.ts';

/** What the suite needs of a ledger: the port with {@link contracts} deployed, and people. */
export interface LedgerUnderTest {
  readonly port: LedgerPort;
  /** Two states at least and two others; two endorsements are needed, one of them a state's. */
  readonly members: readonly { readonly mspId: string; readonly state: boolean }[];
  /** A person of a member, an investigator if no role is named; always the same one. */
  person(mspId: string, role?: string): Promise<Signer>;
  /** Somebody who claims to be a member's and whose certificate that member did not issue. */
  stranger(mspId: string): Promise<Signer>;
  close(): Promise<void>;
}

export interface Call {
  /** Of the suite's own contract, unless it names another: `word:verb`. */
  readonly fn: string;
  readonly args: readonly string[];
  readonly by?: Signer;
  readonly endorsers?: readonly string[];
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  /** Time of the proposal, milliseconds; the present if absent. */
  readonly at?: number;
  readonly nonce?: Uint8Array;
}

export interface Committed extends CommitStatus {
  readonly result: string;
}

const COMMIT_WAIT = 60_000;

export class Client {
  readonly ledger: LedgerUnderTest;
  readonly port: LedgerPort;
  /** The person who acts where a call names nobody. */
  readonly self: Signer;
  /** In front of every key, so that a ledger can be used again. */
  readonly prefix = `${randomBytes(6).toString('hex')}/`;

  private constructor(ledger: LedgerUnderTest, self: Signer) {
    this.ledger = ledger;
    this.port = ledger.port;
    this.self = self;
  }

  static async create(ledger: LedgerUnderTest): Promise<Client> {
    return new Client(ledger, await ledger.person(stateOf(ledger, 0)));
  }

  /** MSP ID of the n-th state. */
  state(n: number): string {
    return stateOf(this.ledger, n);
  }

  /** MSP ID of the n-th member that is no state. */
  other(n: number): string {
    return this.ledger.members.filter(({ state }) => !state)[n]!.mspId;
  }

  key(name: string): string {
    return this.prefix + name;
  }

  propose({ fn, args, by = this.self, transient, at = Date.now(), nonce }: Call): PreparedProposal {
    return buildProposal({
      channel: this.port.channel,
      chaincode: this.port.chaincode,
      transaction: fn.includes(':') ? fn : `conformance:${fn}`,
      args: args.map((arg) => Buffer.from(arg)),
      creator: by.creator,
      nonce: nonce ?? randomBytes(NONCE_BYTES),
      at,
      ...(transient && { transient }),
    });
  }

  async signedProposal(call: Call): Promise<Signed> {
    return sign(this.propose(call).proposal, call.by ?? this.self);
  }

  async endorse(call: Call): Promise<EndorsedTransaction> {
    const { endorsers } = call;
    return this.port.endorse(await this.signedProposal(call), endorsers && { endorsers });
  }

  async submit(endorsed: EndorsedTransaction, by: Signer = this.self): Promise<void> {
    await this.port.submit(await sign(endorsed.payload, by));
  }

  async commit(endorsed: EndorsedTransaction, by: Signer = this.self): Promise<Committed> {
    await this.submit(endorsed, by);
    return { ...(await this.status(endorsed.txId)), result: text(endorsed.result) };
  }

  status(txId: string): Promise<CommitStatus> {
    return this.port.status(txId, { signal: AbortSignal.timeout(COMMIT_WAIT) });
  }

  async invoke(call: Call): Promise<Committed> {
    return this.commit(await this.endorse(call), call.by);
  }

  /** Invokes by name, for what must simply succeed. */
  async run(fn: string, ...args: string[]): Promise<Committed> {
    const committed = await this.invoke({ fn, args });
    if (committed.code !== 'VALID') throw new Error(`${fn} committed as ${committed.code}`);
    return committed;
  }

  async evaluate(fn: string, ...args: string[]): Promise<string> {
    return text(await this.port.evaluate(await this.signedProposal({ fn, args })));
  }
}

export async function sign(bytes: Uint8Array, by: Signer): Promise<Signed> {
  return { bytes, signature: await by.sign(bytes) };
}

/** The code with which a promise fails; anything but a LedgerError is thrown on. */
export async function refusal(promise: Promise<unknown>): Promise<LedgerErrorCode | 'NONE'> {
  try {
    await promise;
    return 'NONE';
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function stateOf(ledger: LedgerUnderTest, n: number): string {
  return ledger.members.filter(({ state }) => state)[n]!.mspId;
}
