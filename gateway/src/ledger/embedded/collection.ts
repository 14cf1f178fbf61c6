/** Fabric's implicit collections: one per member, named for its MSP. */
const PREFIX = '_implicit_org_';

export function implicitCollection(mspId: string): string {
  return PREFIX + mspId;
}

/** MSP ID of the member that owns a collection; null when the name is not an implicit collection's. */
export function collectionOwner(collection: string): string | null {
  return collection.startsWith(PREFIX) ? collection.slice(PREFIX.length) : null;
}
