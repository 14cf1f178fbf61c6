/** Endorsement: checks a signed proposal, has enough members execute it, and signs equal results. */
import { common } from '@hyperledger/fabric-protos';
import {
  concatBytes,
  equalBytes,
  HEADER_TYPE,
  isReadOnly,
  type Proposal,
  readProposal,
} from '@tabellion/proof';
import type { Signer } from '../act.ts';
import {
  type EndorsedTransaction,
  type EndorseOptions,
  LedgerError,
  type Signed,
} from '../port.ts';
import { cutProposal, encodeEnvelope, encodeTransaction } from '../transaction.ts';
import { chooseEndorsers } from './endorser-choice.ts';
import { type Execution, type ExecutionContext, executeProposal } from './execution.ts';
import type { Gate } from './gate.ts';
import type { ChannelIdentities } from './identities.ts';
import { listPolicies, type PolicyBytes } from './policy.ts';
import type { Chaincode } from './shim.ts';
import type { SignatureMemo } from './signature-memo.ts';
import type { TransientStore } from './transient-store.ts';
import { readKeyPolicy } from './validator.ts';

/** Bytes of a proposal, transient input included. */
const MAX_PROPOSAL_BYTES = 4 * 1024 * 1024;

export interface EndorsingMember {
  readonly mspId: string;
  readonly signer: Signer;
  readonly chaincode: Chaincode;
}

export interface EndorserContext extends ExecutionContext {
  readonly channel: string;
  readonly gate: Gate;
  readonly transients: TransientStore;
  readonly memo: SignatureMemo;
  /** Milliseconds by which a proposal's time may differ from the present. */
  readonly timeWindow: number;
  now(): number;
  identities(): ChannelIdentities;
  endorsers(): readonly EndorsingMember[];
  chaincodePolicy(): PolicyBytes;
}

export class Endorser {
  readonly #context: EndorserContext;

  constructor(context: EndorserContext) {
    this.#context = context;
  }

  async endorse(signed: Signed, options: EndorseOptions = {}): Promise<EndorsedTransaction> {
    const proposal = this.#accept(signed);
    const executions = await this.#execute(proposal, signed, options);
    const payload = await this.#sign(signed, executions);
    const [first] = executions;
    this.#context.transients.put(proposal.txId, first!.privateWrites);
    return { txId: proposal.txId, payload, result: first!.result };
  }

  /** Executes on the creator's own peer where it has one. */
  async evaluate(signed: Signed): Promise<Uint8Array> {
    const proposal = this.#accept(signed);
    const [own] = this.#candidates(proposal);
    const execution = await this.#context.gate.read(() =>
      executeProposal(this.#context, own!, proposal, signed),
    );
    return execution.result;
  }

  async attest(signed: Signed, options: EndorseOptions = {}): Promise<Uint8Array> {
    const proposal = this.#accept(signed);
    const executions = await this.#execute(proposal, signed, options);
    if (!isReadOnly(executions[0]!.rwset)) {
      throw new LedgerError('ENDORSEMENT_FAILED', 'only a read is attested', {
        txId: proposal.txId,
      });
    }
    return encodeEnvelope(await this.#sign(signed, executions), new Uint8Array());
  }

  #accept(signed: Signed): Proposal {
    const context = this.#context;
    if (signed.bytes.length > MAX_PROPOSAL_BYTES) {
      throw new LedgerError('BAD_PROPOSAL', `a proposal has at most ${MAX_PROPOSAL_BYTES} bytes`);
    }
    const proposal = decodeProposal(signed.bytes);
    const { txId } = proposal;
    if (proposal.channel !== context.channel || proposal.chaincode !== context.chaincode) {
      throw new LedgerError('BAD_PROPOSAL', 'meant for another channel or chaincode', { txId });
    }
    const now = context.now();
    const creator = context.identities().readCurrent(proposal.creator.bytes, now);
    if (!creator.isSignatureValid(signed.bytes, signed.signature)) {
      throw new LedgerError('BAD_SIGNATURE', 'the proposal is not signed by its creator', { txId });
    }
    if (Math.abs(now - proposal.timestampMs) > context.timeWindow) {
      throw new LedgerError('CLOCK_SKEW', 'the proposal was not made in this time window', {
        txId,
      });
    }
    if (context.store.findTransaction(txId)) {
      throw new LedgerError('DUPLICATE_TRANSACTION', 'the transaction ID is taken', { txId });
    }
    return proposal;
  }

  #execute(
    proposal: Proposal,
    signed: Signed,
    { endorsers }: EndorseOptions,
  ): Promise<readonly Execution[]> {
    return this.#context.gate.read(async () => {
      const run = (member: EndorsingMember) =>
        executeProposal(this.#context, member, proposal, signed);
      const candidates = this.#candidates(proposal);
      let executions: Execution[];
      if (endorsers) {
        const chosen = endorsers.map((mspId) => this.#endorser(mspId));
        executions = await Promise.all(chosen.map(run));
      } else {
        // What a transaction writes decides who must endorse it, so one member goes ahead.
        const pilot = await run(candidates[0]!);
        const chosen = this.#choose(pilot, candidates);
        const others = chosen.filter(({ mspId }) => mspId !== pilot.peer);
        executions = await Promise.all(others.map(run));
        if (others.length < chosen.length) executions.push(pilot);
      }
      return assertSameResult(executions, proposal.txId);
    });
  }

  #choose(pilot: Execution, candidates: readonly EndorsingMember[]): EndorsingMember[] {
    const { chaincode, members, store } = this.#context;
    const set = pilot.rwset.find(({ namespace }) => namespace === chaincode);
    const chaincodePolicy = this.#context.chaincodePolicy();
    const policies = set
      ? listPolicies(set, {
          chaincodePolicy,
          members,
          keyPolicy: (space, key) => readKeyPolicy(store, space, key),
        })
      : [chaincodePolicy];
    const chosen = chooseEndorsers(
      policies,
      candidates.map(({ mspId }) => mspId),
    );
    if (!chosen) {
      throw new LedgerError('ENDORSEMENT_FAILED', 'no set of members meets the policies');
    }
    return candidates.filter(({ mspId }) => chosen.has(mspId));
  }

  /** All endorsing members, the creator's own first. */
  #candidates(proposal: Proposal): EndorsingMember[] {
    const own = (member: EndorsingMember) => Number(member.mspId === proposal.creator.mspId);
    return this.#context.endorsers().toSorted((a, b) => own(b) - own(a));
  }

  #endorser(mspId: string): EndorsingMember {
    const member = this.#context.endorsers().find((candidate) => candidate.mspId === mspId);
    if (!member) throw new LedgerError('UNKNOWN_MEMBER', `no endorsing member ${mspId}`);
    return member;
  }

  /** `common.Payload` bytes with the endorsements in ascending order of MSP ID. */
  async #sign(proposal: Signed, executions: readonly Execution[]): Promise<Uint8Array> {
    const { responsePayload } = executions[0]!;
    const ordered = executions.toSorted((a, b) => (a.peer < b.peer ? -1 : 1));
    const endorsements = await Promise.all(
      ordered.map(async ({ peer }) => {
        const { signer } = this.#endorser(peer);
        const signed = concatBytes(responsePayload, signer.creator);
        const signature = await signer.sign(signed);
        this.#context.memo.remember(signer.creator, signed, signature);
        return { endorser: signer.creator, signature };
      }),
    );
    return encodeTransaction(cutProposal(proposal.bytes), responsePayload, endorsements);
  }
}

function decodeProposal(bytes: Uint8Array): Proposal {
  let proposal: Proposal;
  try {
    proposal = readProposal(bytes);
  } catch (cause) {
    throw new LedgerError('BAD_PROPOSAL', 'not a chaincode proposal', { cause });
  }
  const header = common.ChannelHeader.deserializeBinary(proposal.channelHeader);
  if (proposal.type !== HEADER_TYPE.ENDORSER_TRANSACTION || header.getEpoch() !== 0) {
    throw new LedgerError('BAD_PROPOSAL', 'not an endorser transaction of epoch 0');
  }
  return proposal;
}

function assertSameResult(executions: readonly Execution[], txId: string): readonly Execution[] {
  const [first, ...others] = executions;
  if (!first) throw new LedgerError('ENDORSEMENT_FAILED', 'nobody was to endorse', { txId });
  const differing = others.filter(
    ({ responsePayload }) => !equalBytes(responsePayload, first.responsePayload),
  );
  if (differing.length > 0) {
    const names = differing.map(({ peer }) => peer).join(', ');
    throw new LedgerError('ENDORSEMENT_MISMATCH', `${first.peer} differs from ${names}`, { txId });
  }
  return executions;
}
