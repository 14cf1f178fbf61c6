/** The pure rules of the word `disclosure`; safe to use outside a contract. */
export { DISCLOSURE_DECISIONS } from './decide.ts';
export { grantAccess } from './grant.ts';
export { revokeAccess } from './revoke.ts';
