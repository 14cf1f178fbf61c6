/**
 * Members' peers, each reached directly. Without the Gateway service nobody else compares what the
 * peers answer: that is done here.
 */

import '@tabellion/proof/node';
import {
  concatBytes,
  equalBytes,
  type ParsedCertificate,
  parseCertificate,
  readIdentity,
  readTransaction,
  verifySignature,
} from '@tabellion/proof';
import type { Client, Endorser, ProposalResponse } from 'fabric-common';
import type { PeerEndpoint } from '../../gateway/src/ledger/fabric/connection.ts';
import type { Call, Peers } from '../../gateway/src/ledger/fabric/endorser.ts';
import type { Limiter } from '../../gateway/src/ledger/fabric/limiter.ts';
import {
  chooseMembers,
  listCollectionOwners,
  type PolicyMember,
} from '../../gateway/src/ledger/fabric/members.ts';
import { explainRefusal } from '../../gateway/src/ledger/fabric/refusal.ts';
import { type EndorsedTransaction, LedgerError } from '../../gateway/src/ledger/port.ts';
import {
  cutProposal,
  encodeTransaction,
  type SignedResult,
} from '../../gateway/src/ledger/transaction.ts';
import { assertExecuted, explainFailure } from './answer.ts';
import { describeEndpoint, NodeLink } from './node-link.ts';

export interface MemberPeersOptions {
  /** By MSP ID. */
  readonly peers: ReadonlyMap<string, PeerEndpoint>;
  /** Member whose gateway this is. */
  readonly own: string;
  readonly members: () => readonly PolicyMember[];
  readonly endorsementThreshold: () => number;
  readonly limit: Limiter;
}

/** A result and the signature of the member's peer under it. */
interface Answer {
  readonly mspId: string;
  readonly responsePayload: Uint8Array;
  readonly endorsement: SignedResult;
}

const KNOWN_CERTIFICATES = 256;

export class MemberPeers implements Peers {
  readonly #options: MemberPeersOptions;
  readonly #links: ReadonlyMap<string, NodeLink<Endorser>>;
  readonly #certificates = new Map<string, ParsedCertificate>();

  constructor(client: Client, options: MemberPeersOptions) {
    this.#options = options;
    this.#links = new Map(
      [...options.peers].map(([mspId, peer]) => {
        const endorser = client.newEndorser(`peer.${mspId}`, mspId);
        return [mspId, new NodeLink(endorser, describeEndpoint(client, peer))] as const;
      }),
    );
  }

  async execute(call: Call, endorsers: readonly string[]): Promise<EndorsedTransaction> {
    const asked = await Promise.allSettled(endorsers.map((mspId) => this.#endorse(call, mspId)));
    const failures = asked.flatMap(({ ...one }) => (one.status === 'rejected' ? [one.reason] : []));
    if (failures.length > 0) throw summarise(failures, call.proposal.txId);
    const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const { responsePayload } = assertAgreed(answers, call.proposal.txId);
    const endorsements = answers.map(({ endorsement }) => endorsement);
    const payload = encodeTransaction(
      cutProposal(call.signed.bytes),
      responsePayload,
      endorsements,
    );
    return {
      txId: call.proposal.txId,
      payload,
      result: readTransaction(payload).response.payload,
    };
  }

  /**
   * Who may see transient input: the own member, and those whose collections it writes to, as its own
   * peer finds out by executing it. Where those do not meet the policy, nobody else is asked.
   */
  async executeByPlan(call: Call): Promise<EndorsedTransaction | undefined> {
    if (call.proposal.invocation.transient.size === 0) return undefined;
    const { own, members, endorsementThreshold } = this.#options;
    const { payload } = await this.execute(call, [own]);
    const parties = [...new Set([own, ...listCollectionOwners(payload)])];
    const known = members().filter(({ mspId }) => parties.includes(mspId));
    if (!chooseMembers(known, { threshold: endorsementThreshold(), own })) return undefined;
    return this.execute(call, parties);
  }

  async evaluate(call: Call): Promise<Uint8Array> {
    return (await this.#send(call, this.#options.own)).response.payload;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  async #endorse(call: Call, mspId: string): Promise<Answer> {
    const { payload, endorsement } = await this.#send(call, mspId);
    if (!endorsement || !this.#isGenuine(endorsement, payload, mspId)) {
      throw new LedgerError('ENDORSEMENT_FAILED', `${mspId}: not signed by a peer of that member`, {
        txId: call.proposal.txId,
      });
    }
    return { mspId, responsePayload: payload, endorsement };
  }

  /** A wrong signature would only show when the transaction is found invalid, and then not whose it is. */
  #isGenuine({ endorser, signature }: SignedResult, payload: Uint8Array, asked: string): boolean {
    try {
      const { mspId, certificatePem } = readIdentity(endorser);
      const certificate = this.#readCertificate(certificatePem);
      return (
        mspId === asked && verifySignature(certificate, concatBytes(payload, endorser), signature)
      );
    } catch {
      return false;
    }
  }

  /** Peers are few and sign often. */
  #readCertificate(pem: string): ParsedCertificate {
    const known = this.#certificates.get(pem);
    if (known) return known;
    const certificate = parseCertificate(pem);
    if (this.#certificates.size >= KNOWN_CERTIFICATES) this.#certificates.clear();
    this.#certificates.set(pem, certificate);
    return certificate;
  }

  /** Exactly the bytes that were signed. */
  async #send(call: Call, mspId: string): Promise<ProposalResponse> {
    const { txId } = call.proposal;
    const link = this.#links.get(mspId);
    if (!link) {
      throw new LedgerError('UNAVAILABLE', `${mspId}: no peer of it is known here`, { txId });
    }
    const { bytes, signature } = call.signed;
    try {
      const answer = await this.#options.limit(async () => {
        const endorser = await link.open();
        return endorser.sendProposal({ proposal_bytes: bytes, signature });
      });
      assertExecuted(answer, mspId, txId);
      return answer;
    } catch (error) {
      throw explainRefusal(explainFailure(error, mspId, txId), call);
    }
  }
}

function assertAgreed(answers: readonly Answer[], txId: string): Answer {
  const [first, ...others] = answers;
  if (!first) throw new LedgerError('ENDORSEMENT_FAILED', 'nobody was asked to endorse', { txId });
  const differing = others.filter(
    ({ responsePayload }) => !equalBytes(responsePayload, first.responsePayload),
  );
  if (differing.length === 0) return first;
  const names = differing.map(({ mspId }) => mspId).join(', ');
  throw new LedgerError(
    'ENDORSEMENT_MISMATCH',
    `what ${names} would sign is not what ${first.mspId} would`,
    { txId },
  );
}

/** Says all of it; a contract's own refusal first, since asking again would not change it. */
function summarise(failures: readonly unknown[], txId: string): unknown {
  const known = failures.filter((one) => one instanceof LedgerError);
  if (known.length < failures.length) return failures.find((one) => !(one instanceof LedgerError));
  const lasting = known.find(({ code }) => code === 'CONTRACT') ?? known.find(isLasting);
  if (lasting || known.length === 1) return lasting ?? known[0];
  return new LedgerError('UNAVAILABLE', known.map(({ message }) => message).join('; '), {
    txId,
    cause: known[0],
  });
}

const isLasting = ({ code }: LedgerError) => code !== 'UNAVAILABLE';
