/** Ledger keys of the word `evidence`. */
export const acquisitionKey = (id: string) => `acquisition/${id}`;
export const headKey = (acquisition: string) => `head/${acquisition}`;
export const locationHeadKey = (acquisition: string) => `location-head/${acquisition}`;
export const batchKey = (digest: string) => `batch/${digest}`;
export const closingKey = (acquisition: string) => `closing/${acquisition}`;
/** The positions that one jurisdiction has taken. */
export const answerPrefix = (acquisition: string, jurisdiction: string) =>
  `answer/${acquisition}/${jurisdiction}/`;
export const answerKey = (acquisition: string, jurisdiction: string, txId: string) =>
  answerPrefix(acquisition, jurisdiction) + txId;
export const locationKey = (acquisition: string, txId: string) => `location/${acquisition}/${txId}`;
export const segregationKey = (acquisition: string, txId: string) =>
  `segregation/${acquisition}/${txId}`;
export const journalKey = (digest: string) => `journal/${digest}`;
export const journalHeadKey = (mspId: string) => `journal-head/${mspId}`;
/** In the collector's own private collection. */
export const sealedLocationKey = (acquisition: string) => `location/${acquisition}`;
