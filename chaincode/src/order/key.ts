/** Ledger keys of the word `order`. */
export const orderKey = (id: string) => `order/${id}`;
export const orderHeadKey = (id: string) => `order-head/${id}`;
export const orderStepKey = (id: string, sequence: number) => `order-step/${id}/${sequence}`;
/** In the private collections of those who may read it. */
export const orderContentKey = (id: string, party: string, digest: string) =>
  `order-content/${id}/${party}/${digest}`;
