import type { Role } from '@tabellion/chaincode/member/record';

/**
 * Whoever may look into addresses: everybody but auditors, who see from the journal that something was
 * watched, and what on an audit.
 */
export const WATCHERS: readonly Role[] = [
  'investigator',
  'analyst',
  'prosecutor',
  'judicialReviewer',
  'centralAuthority',
  'liaisonAuthority',
  'delegate',
  'system',
];
