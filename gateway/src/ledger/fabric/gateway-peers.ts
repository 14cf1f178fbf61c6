/** Members' peers, reached through the Gateway service of the member's own peer. */
import type { Gateway } from '@hyperledger/fabric-gateway';
import type { EndorsedTransaction } from '../port.ts';
import type { Call, Peers } from './endorser.ts';
import { explainEndorsement, isPlanless } from './error.ts';
import type { Limiter } from './limiter.ts';
import { decodePrepared, encodeProposed } from './message.ts';
import { explainRefusal } from './refusal.ts';

export interface GatewayPeersContext {
  readonly gateway: Gateway;
  readonly limit: Limiter;
  /** The member whose peer this is. */
  readonly own: string;
}

export class GatewayPeers implements Peers {
  readonly #context: GatewayPeersContext;

  constructor(context: GatewayPeersContext) {
    this.#context = context;
  }

  async execute(call: Call, endorsers: readonly string[]): Promise<EndorsedTransaction> {
    const message = this.#newProposal(call, endorsers);
    const transaction = await this.#context.limit(() => message.endorse()).catch(explain(call));
    return decodePrepared(transaction.getBytes(), transaction.getResult());
  }

  /**
   * For writes into members' implicit collections the peer's gateway finds no plan: their policies say
   * "member" and the chaincode's says "peer", and it counts one peer in one of the two groups only.
   */
  async executeByPlan(call: Call): Promise<EndorsedTransaction | undefined> {
    return this.execute(call, []).catch((error) => {
      if (isPlanless(error)) return undefined;
      throw error;
    });
  }

  async evaluate(call: Call): Promise<Uint8Array> {
    const message = this.#newProposal(call, [this.#context.own]);
    return this.#context.limit(() => message.evaluate()).catch(explain(call));
  }

  #newProposal({ proposal, signed }: Call, endorsers: readonly string[]) {
    const bytes = encodeProposed(proposal.txId, signed.bytes, endorsers);
    return this.#context.gateway.newSignedProposal(bytes, signed.signature);
  }
}

const explain =
  (call: Call) =>
  (error: unknown): never => {
    throw explainRefusal(explainEndorsement(error, call.proposal.txId), call);
  };
