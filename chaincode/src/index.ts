/** What a peer runs. The pure rules are in each word's `rules.ts`. */
import { CustodyContract } from './custody/contract.ts';
import { DisclosureContract } from './disclosure/contract.ts';
import { EvidenceContract } from './evidence/contract.ts';
import type { WordContract } from './kernel/shim.ts';
import { LabelContract } from './label/contract.ts';
import { MemberContract } from './member/contract.ts';
import { OrderContract } from './order/contract.ts';
import { ReviewContract } from './review/contract.ts';

export {
  CustodyContract,
  DisclosureContract,
  EvidenceContract,
  LabelContract,
  MemberContract,
  OrderContract,
  ReviewContract,
};

/** The contracts, in the order in which they are installed. */
export const contracts: readonly (new () => WordContract)[] = [
  MemberContract,
  EvidenceContract,
  CustodyContract,
  ReviewContract,
  DisclosureContract,
  LabelContract,
  OrderContract,
];
