/**
 * A network seen by those who administer it, however it runs. `native/site.ts` is one of programs on
 * this machine; `docker/site.ts` is one of containers, seen from a container that has everybody's
 * files. What changes a consortium (`membership.ts`) knows only this.
 */
import type { Admin } from './native/admin.ts';
import type { MemberNodes, NetworkTerms } from './topology.ts';

/** A member that is about to enter. */
export interface NewMember {
  readonly mspId: string;
  /** Free in the channel's consenter mapping. */
  readonly consenterId: number;
  /** What the channel and its parameters say, the new member included. */
  readonly terms: NetworkTerms;
  /** Package ID of the chaincode that its server is to run. */
  readonly packageId: string;
}

export interface Site {
  /** Holds every member's files, the channel's, and `network.json`: `layout.ts` and `native/state.ts`. */
  readonly directory: string;
  readonly report: (step: string) => void;
  /** What the members' administrators do; steps that meet a node not up yet are repeated until `signal`. */
  openAdmin(signal: AbortSignal): Admin;
  /** Chooses where the member's nodes listen and makes their keys and configuration; starts nothing. */
  makeMember(member: NewMember): Promise<MemberNodes>;
  /** Starts a node, `<kind>.<mspId>`, unless it runs; it listens when this returns. */
  startNode(name: string): Promise<void>;
  stopNode(name: string): Promise<void>;
  /** The revocation list of the authority that certifies the member's people, PEM. */
  readRevocations(mspId: string): Promise<string>;
}
