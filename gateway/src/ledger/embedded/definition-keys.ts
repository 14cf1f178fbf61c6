/** The namespace whose keys define chaincodes. */
export const LIFECYCLE = '_lifecycle';

/** Keys under which `_lifecycle` keeps the definition of a chaincode. */
export function sequenceKey(chaincode: string): string {
  return fieldKey(chaincode, 'Sequence');
}

export function fieldKey(chaincode: string, field: string): string {
  return `namespaces/fields/${chaincode}/${field}`;
}

export function metadataKey(chaincode: string): string {
  return `namespaces/metadata/${chaincode}`;
}

/** The whole definition, which a peer reads before it lets a transaction touch a collection. */
export function collectionKeys(chaincode: string): string[] {
  const fields = ['Collections', 'EndorsementInfo', 'Sequence', 'ValidationInfo'];
  return [...fields.map((field) => fieldKey(chaincode, field)), metadataKey(chaincode)];
}
