/** Ledger keys of the word `custody`. */
export const itemKey = (id: string) => `item/${id}`;
export const itemHeadKey = (id: string) => `item-head/${id}`;
export const custodyKey = (digest: string) => `custody/${digest}`;
