/** Has members' peers execute proposals, through the Gateway service of the member's own peer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { type Proposal, parseCertificate, readProposal, verifySignature } from '@tabellion/proof';
import {
  type EndorsedTransaction,
  type EndorseOptions,
  LedgerError,
  type Signed,
} from '../port.ts';
import { encodeAttestation } from './attestation.ts';
import { explainEndorsement, isPlanless } from './error.ts';
import type { Limiter } from './limiter.ts';
import { chooseMembers, listCollectionOwners, type PolicyMember } from './members.ts';
import { decodePrepared, encodeProposed } from './message.ts';

/** How long to ask again while members' peers are away or at another height, milliseconds. */
const ENDORSE_PATIENCE = 2000;
const ATTEST_PATIENCE = 15_000;
const RETRY_MS = 100;

export interface EndorserContext {
  readonly channel: string;
  readonly chaincode: string;
  readonly gateway: Gateway;
  readonly limit: Limiter;
  /** The member whose peer this is. */
  readonly own: string;
  /** As they count now. */
  readonly members: () => readonly PolicyMember[];
  readonly endorsementThreshold: number;
}

/** Executes with these endorsers, or with those that the peer's gateway picks. */
type Execute = (endorsers?: readonly string[]) => Promise<EndorsedTransaction>;

export class Endorser {
  readonly #context: EndorserContext;
  #turn = 0;

  constructor(context: EndorserContext) {
    this.#context = context;
  }

  async endorse(signed: Signed, { endorsers }: EndorseOptions = {}): Promise<EndorsedTransaction> {
    const proposal = this.#read(signed);
    const execute = this.#executor(proposal, signed);
    const first = chooser(endorsers);
    if (first) return persist(ENDORSE_PATIENCE, first, execute);
    const choose = this.#chooser(proposal);
    return persist(ENDORSE_PATIENCE, choose, (chosen) =>
      execute().catch((error) => {
        if (!isPlanless(error)) throw error;
        return endorseWithOwners(proposal, chosen, execute);
      }),
    );
  }

  async attest(signed: Signed, { endorsers }: EndorseOptions = {}): Promise<Uint8Array> {
    const proposal = this.#read(signed);
    const choose = chooser(endorsers) ?? this.#chooser(proposal);
    const { payload } = await persist(ATTEST_PATIENCE, choose, this.#executor(proposal, signed));
    return encodeAttestation(signed.bytes, payload);
  }

  /** Executes on the own peer alone. */
  async evaluate(signed: Signed): Promise<Uint8Array> {
    const proposal = this.#read(signed);
    const { gateway, limit, own } = this.#context;
    const bytes = encodeProposed(proposal.txId, signed.bytes, [own]);
    const message = gateway.newSignedProposal(bytes, signed.signature);
    return limit(() => message.evaluate()).catch((error) => {
      throw explain(error, proposal, signed);
    });
  }

  #read({ bytes }: Signed): Proposal {
    const { channel, chaincode } = this.#context;
    const proposal = decode(bytes);
    if (proposal.channel !== channel || proposal.chaincode !== chaincode) {
      const { txId } = proposal;
      throw new LedgerError('BAD_PROPOSAL', 'meant for another channel or chaincode', { txId });
    }
    return proposal;
  }

  #executor(proposal: Proposal, signed: Signed): Execute {
    const { gateway, limit } = this.#context;
    return async (endorsers = []) => {
      const bytes = encodeProposed(proposal.txId, signed.bytes, endorsers);
      const message = gateway.newSignedProposal(bytes, signed.signature);
      const transaction = await limit(() => message.endorse()).catch((error) => {
        throw explain(error, proposal, signed);
      });
      return decodePrepared(transaction.getBytes(), transaction.getResult());
    };
  }

  /** As many members as the policy asks for, the creator's first, without those that are away. */
  #chooser({ creator }: Proposal): Choose {
    const { members, endorsementThreshold: threshold } = this.#context;
    const turn = this.#turn++;
    return (away) => {
      const chosen = chooseMembers(members(), { threshold, own: creator.mspId, away, turn });
      if (chosen) return chosen;
      const missing = [...away].join(', ');
      throw new LedgerError('UNAVAILABLE', `too few members to endorse without ${missing}`);
    };
  }
}

/** Who is to endorse, given who is away. */
type Choose = (away: ReadonlySet<string>) => readonly string[];

const chooser = (endorsers: readonly string[] | undefined): Choose | undefined =>
  endorsers && (() => endorsers);

/**
 * Tries again while members' peers are behind, and with other members where peers are away.
 * @throws LedgerError of the last try, which names them.
 */
async function persist<T>(
  patience: number,
  choose: Choose,
  step: (chosen: readonly string[]) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + patience;
  const away = new Set<string>();
  for (;;) {
    const chosen = choose(away);
    try {
      return await step(chosen);
    } catch (error) {
      if (Date.now() > deadline || !mayPass(error)) throw error;
      for (const mspId of listAway(error, chosen)) away.add(mspId);
    }
    await sleep(RETRY_MS);
  }
}

/**
 * For writes into members' implicit collections the peer's gateway finds no plan: their policies say
 * "member" and the chaincode's says "peer", and it counts one peer in one of the two groups only.
 */
async function endorseWithOwners(
  { invocation, txId }: Proposal,
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

/** Fabric has one text for bad certificates and bad signatures; which it was can be seen here. */
function explain(
  error: unknown,
  { txId, creator }: Proposal,
  { bytes, signature }: Signed,
): unknown {
  const explained = explainEndorsement(error, txId);
  if (!(explained instanceof LedgerError) || explained.code !== 'IDENTITY_REFUSED')
    return explained;
  try {
    const certificate = parseCertificate(creator.certificatePem);
    if (verifySignature(certificate, bytes, signature)) return explained;
  } catch {
    return explained;
  }
  const cause = explained;
  return new LedgerError('BAD_SIGNATURE', 'not signed by its creator', { txId, cause });
}

function decode(bytes: Uint8Array): Proposal {
  try {
    return readProposal(bytes);
  } catch (cause) {
    throw new LedgerError('BAD_PROPOSAL', 'not a chaincode proposal', { cause });
  }
}

/** Whether what failed so may succeed a little later or with other members. */
const mayPass = (error: unknown) =>
  error instanceof LedgerError && ['ENDORSEMENT_MISMATCH', 'UNAVAILABLE'].includes(error.code);

/** Of the members asked, those whose peers did not answer; not those that answered differently. */
function listAway(error: unknown, asked: readonly string[]): string[] {
  if (!(error instanceof LedgerError) || error.code !== 'UNAVAILABLE') return [];
  return asked.filter((mspId) => error.message.includes(mspId));
}
