/** Ledger keys of the word `review`. */
export const objectionKey = (id: string) => `objection/${id}`;
export const replyKey = (objection: string, txId: string) => `reply/${objection}/${txId}`;
export const regularityKey = (subject: string, txId: string) => `regularity/${subject}/${txId}`;
export const authenticityKey = (subject: string, txId: string) => `authenticity/${subject}/${txId}`;
export const weightKey = (subject: string, txId: string) => `weight/${subject}/${txId}`;
