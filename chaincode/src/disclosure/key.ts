/** Ledger keys of the word `disclosure`. */
export const grantKey = (id: string) => `grant/${id}`;
export const revocationKey = (grant: string) => `revocation/${grant}`;
