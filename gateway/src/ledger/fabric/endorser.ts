/** Has members' peers execute proposals, whichever client carries them there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Proposal, readProposal } from '@tabellion/proof';
import {
  type EndorsedTransaction,
  type EndorseOptions,
  LedgerError,
  type Signed,
} from '../port.ts';
import { encodeAttestation } from './attestation.ts';
import { type Comparison, compareAnswers, describeComparison } from './deviating.ts';
import { chooseMembers, listCollectionOwners, type PolicyMember } from './members.ts';

/** How long to ask again while members' peers are away or at another height, milliseconds. */
const ENDORSE_PATIENCE = 2000;
const ATTEST_PATIENCE = 15_000;
const RETRY_MS = 100;
/** How long all endorsers of a call have for it, milliseconds; then each is asked for itself. */
const ANSWER_PATIENCE = 12_000;

/** A client of the members' peers; it fails with LedgerError only. */
export interface Peers {
  /** On the peers of these members. @throws LedgerError whose text names those that are away. */
  execute(call: Call, endorsers: readonly string[]): Promise<EndorsedTransaction>;
  /** With endorsers that the client finds by itself; `undefined` where it finds none. */
  executeByPlan(call: Call): Promise<EndorsedTransaction | undefined>;
  /** On the own peer alone. */
  evaluate(call: Call): Promise<Uint8Array>;
}

/** A proposal as it was signed, and what it says. */
export interface Call {
  readonly proposal: Proposal;
  readonly signed: Signed;
}

export interface EndorserContext {
  readonly channel: string;
  readonly chaincode: string;
  readonly peers: Peers;
  /** As they count now. */
  readonly members: () => readonly PolicyMember[];
  readonly endorsementThreshold: () => number;
  /** Is told of a member that came to another answer than the others from the same state. */
  readonly onDeviating?: ((mspId: string, txId: string) => void) | undefined;
}

export class Endorser {
  readonly #context: EndorserContext;
  #turn = 0;

  constructor(context: EndorserContext) {
    this.#context = context;
  }

  async endorse(signed: Signed, { endorsers }: EndorseOptions = {}): Promise<EndorsedTransaction> {
    const call = this.#read(signed);
    const { peers } = this.#context;
    const execute = this.#executor(call);
    if (endorsers) return this.#persist(ENDORSE_PATIENCE, call, endorsers, execute);
    return this.#persist(ENDORSE_PATIENCE, call, undefined, async (chosen, avoided) => {
      // The client's own plan may name those to be avoided again.
      const planned = avoided ? undefined : await peers.executeByPlan(call);
      return planned ?? executeWithOwners(call, chosen, execute);
    });
  }

  async attest(signed: Signed, { endorsers }: EndorseOptions = {}): Promise<Uint8Array> {
    const call = this.#read(signed);
    const execute = this.#executor(call);
    const { payload } = await this.#persist(ATTEST_PATIENCE, call, endorsers, execute);
    return encodeAttestation(signed.bytes, payload);
  }

  /** Executes on the own peer alone. */
  async evaluate(signed: Signed): Promise<Uint8Array> {
    return this.#context.peers.evaluate(this.#read(signed));
  }

  #read(signed: Signed): Call {
    const { channel, chaincode } = this.#context;
    const proposal = decode(signed.bytes);
    if (proposal.channel !== channel || proposal.chaincode !== chaincode) {
      const { txId } = proposal;
      throw new LedgerError('BAD_PROPOSAL', 'meant for another channel or chaincode', { txId });
    }
    return { proposal, signed };
  }

  #executor(call: Call): Execute {
    return (endorsers) => this.#context.peers.execute(call, endorsers);
  }

  /**
   * Tries again while members' peers are behind, and where nobody is named, with others than those that
   * are away, behind, or come to another answer. Nobody's signature under another answer is handed on.
   * @throws LedgerError of the last try, which names them.
   */
  async #persist<T>(
    patience: number,
    call: Call,
    endorsers: readonly string[] | undefined,
    step: (chosen: readonly string[], avoided: boolean) => Promise<T>,
  ): Promise<T> {
    const deadline = Date.now() + patience;
    const choose = this.#chooser(call);
    const avoided = new Set<string>();
    for (let tries = 1; ; tries += 1) {
      const chosen = endorsers ?? choose(avoided) ?? tooFew(avoided);
      let failure: unknown;
      try {
        return await inTime(step(chosen, avoided.size > 0), call.proposal.txId);
      } catch (error) {
        failure = error;
      }
      if (!mayPass(failure, call)) throw failure;
      const found = await this.#findApart(call, chosen, failure, endorsers);
      if (!endorsers && avoid(found, avoided, choose)) continue;
      // Where all answer alike when each is asked alone, they were too busy: once more is worth it.
      const isPuzzle = describeComparison(found) === '' && tries < 2;
      if (isSettled(found, endorsers) || (Date.now() > deadline && !isPuzzle)) {
        throw explainApart(found, failure, call.proposal.txId);
      }
      await sleep(RETRY_MS);
    }
  }

  async #findApart(
    call: Call,
    chosen: readonly string[],
    failure: unknown,
    named: readonly string[] | undefined,
  ): Promise<Comparison> {
    const away = listAway(failure, chosen);
    if (away.length > 0) return { ...NOBODY, silent: away };
    // Who may see transient input is for the client to say, not for us to choose.
    if (!named && call.proposal.invocation.transient.size > 0) return NOBODY;
    const found = await this.#compare(call, chosen);
    if (found.agreed.length > 0) {
      const { txId } = call.proposal;
      for (const mspId of found.different) this.#context.onDeviating?.(mspId, txId);
    }
    return found;
  }

  /** What each member answers alone; transient input is shown to nobody but those chosen. */
  #compare(call: Call, chosen: readonly string[]): Promise<Comparison> {
    const { members, endorsementThreshold } = this.#context;
    const isOpen = call.proposal.invocation.transient.size === 0;
    return compareAnswers({
      members: members().filter(({ mspId }) => isOpen || chosen.includes(mspId)),
      threshold: endorsementThreshold(),
      ask: (mspId) => this.#context.peers.execute(call, [mspId]),
    });
  }

  /** As many members as the policy asks for, the creator's first; undefined where too few are left. */
  #chooser({ proposal: { creator } }: Call): Choose {
    const { members, endorsementThreshold } = this.#context;
    const turn = this.#turn++;
    return (away) => {
      const threshold = endorsementThreshold();
      return chooseMembers(members(), { threshold, own: creator.mspId, away, turn });
    };
  }
}

type Execute = (endorsers: readonly string[]) => Promise<EndorsedTransaction>;

/** Who is to endorse, given who is not. */
type Choose = (away: ReadonlySet<string>) => readonly string[] | undefined;

const NOBODY: Comparison = {
  ...{ agreed: [], different: [], ahead: [], behind: [], silent: [] },
  isRefused: false,
};

function tooFew(away: ReadonlySet<string>): never {
  const members = [...away];
  const text = `too few members to endorse without ${members.join(', ')}`;
  throw new LedgerError('UNAVAILABLE', text, { members });
}

/** A peer that was stopped keeps its connections and never answers. */
async function inTime<T>(answer: Promise<T>, txId: string): Promise<T> {
  const patience = new AbortController();
  const { signal } = patience;
  const late = sleep(ANSWER_PATIENCE, undefined, { signal }).then(() => {
    throw new LedgerError('UNAVAILABLE', 'the endorsers do not answer in time', { txId });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    patience.abort();
    late.catch(() => undefined);
  }
}

/**
 * Those who are apart are not asked again; those who are only late, where enough others are left. Returns
 * whether there was anybody to avoid, so that others can be asked at once.
 */
function avoid(found: Comparison, avoided: Set<string>, choose: Choose): boolean {
  const { agreed, different, ahead, behind, silent } = found;
  const before = avoided.size;
  for (const mspId of agreed.length > 0 ? [...different, ...silent] : silent) avoided.add(mspId);
  for (const late of [behind, ahead]) {
    if (choose(new Set([...avoided, ...late]))) for (const mspId of late) avoided.add(mspId);
  }
  return avoided.size > before;
}

/** Whether waiting changes nothing. */
const isSettled = ({ isRefused, different, agreed }: Comparison, endorsers: unknown) =>
  isRefused || (different.length > 0 && (endorsers !== undefined || agreed.length === 0));

function explainApart(found: Comparison, failure: unknown, txId: string): unknown {
  const text = describeComparison(found);
  if (!text) return failure;
  const isMismatch = found.different.length + found.behind.length > 0;
  const cause = { txId, cause: failure };
  if (isMismatch) return new LedgerError('ENDORSEMENT_MISMATCH', text, cause);
  return new LedgerError('UNAVAILABLE', text, { ...cause, members: found.silent });
}

/** Those whose collections it turns out to write to must endorse too, besides those who meet the policy. */
async function executeWithOwners(
  { proposal: { invocation, txId } }: Call,
  chosen: readonly string[],
  execute: Execute,
): Promise<EndorsedTransaction> {
  if (invocation.transient.size > 0) {
    throw new LedgerError('ENDORSEMENT_FAILED', 'who may see transient input must be named', {
      txId,
    });
  }
  const endorsed = await execute(chosen);
  const owners = listCollectionOwners(endorsed.payload).filter((one) => !chosen.includes(one));
  return owners.length === 0 ? endorsed : execute([...chosen, ...owners]);
}

function decode(bytes: Uint8Array): Proposal {
  try {
    return readProposal(bytes);
  } catch (cause) {
    throw new LedgerError('BAD_PROPOSAL', 'not a chaincode proposal', { cause });
  }
}

/** Whether what failed so may succeed a little later or with other members. */
function mayPass(error: unknown, { proposal }: Call): boolean {
  if (!(error instanceof LedgerError)) return false;
  // What the act's own member does not refuse, others refuse who are behind.
  const refusing = error.members;
  if (error.code === 'CONTRACT')
    return refusing.length > 0 && !refusing.includes(proposal.creator.mspId);
  return ['ENDORSEMENT_MISMATCH', 'UNAVAILABLE'].includes(error.code);
}

/** Of the members asked, those whose peers did not answer; not those that answered differently. */
function listAway(error: unknown, asked: readonly string[]): string[] {
  if (!(error instanceof LedgerError) || error.code !== 'UNAVAILABLE') return [];
  // Whole words: one member's name may be part of another's.
  const named = new Set(error.message.match(/[\w-]+(?:\.[\w-]+)*/g));
  return asked.filter((mspId) => named.has(mspId));
}
