/** Names of the key spaces: public state, hashes of private data, one member's private data. */

export const publicSpace = (namespace: string): string => namespace;
export const hashedSpace = (namespace: string, collection: string): string =>
  `${namespace}#${collection}`;
export const privateSpace = (namespace: string, collection: string): string =>
  `${namespace}$${collection}`;

/** Whether a space holds private values, which never leave their member. */
export const isPrivateSpace = (space: string): boolean => space.includes('$');

/** The space of the hashes that stand for a private space's values. */
export const hashedSpaceOf = (space: string): string => space.replace('$', '#');
