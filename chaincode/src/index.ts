/** What a peer runs. The pure rules are in `member/rules.ts` and `evidence/rules.ts`. */
import { EvidenceContract } from './evidence/contract.ts';
import type { WordContract } from './kernel/shim.ts';
import { MemberContract } from './member/contract.ts';

export { EvidenceContract, MemberContract };

/** The contracts, in the order in which they are installed. */
export const contracts: readonly (new () => WordContract)[] = [MemberContract, EvidenceContract];
