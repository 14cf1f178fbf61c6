/** Who acts for a member, and what kinds of members there are. */
import { z } from 'zod';

/** Roles that a member's CA may write into a person's certificate (attribute `role`). */
export const ROLES = [
  'investigator',
  'judicialReviewer',
  'prosecutor',
  'centralAuthority',
  'liaisonAuthority',
  'analyst',
  'delegate',
  'auditor',
  'system',
] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Only a `STATE` touches sovereignty and can complete an endorsement policy (design, section 3). */
export const memberKind = z.enum(['STATE', 'EXCHANGE', 'PLATFORM', 'AUDITOR']);
export type MemberKind = z.infer<typeof memberKind>;
