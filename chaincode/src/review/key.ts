/** Ledger keys of the word `review`. */
export const objectionKey = (id: string) => `objection/${id}`;
/** What a member has open against one subject. */
export const objectionHeadKey = (subject: string, mspId: string) =>
  `objection-head/${subject}/${mspId}`;
export const replyPrefix = (objection: string) => `reply/${objection}/`;
export const replyKey = (objection: string, txId: string) => replyPrefix(objection) + txId;
export const regularityKey = (subject: string, txId: string) => `regularity/${subject}/${txId}`;
export const authenticityKey = (subject: string, txId: string) => `authenticity/${subject}/${txId}`;
export const weightKey = (subject: string, txId: string) => `weight/${subject}/${txId}`;
