/** Where the generated files of a consortium lie, relative to one directory; nothing is committed. */
import { join } from 'node:path';

export type NodeKind = 'peer' | 'orderer' | 'chaincode';

export interface MemberLayout {
  readonly root: string;
  /** Authority of persons and nodes. */
  readonly ca: string;
  readonly tlsCa: string;
  /** Public: what the other members and the channel configuration need. */
  readonly msp: string;
  readonly admin: string;
  /** The identity with which the member's gateway reads and waits; role `system`. */
  readonly gateway: string;
  readonly peer: string;
  readonly orderer: string;
  readonly chaincode: string;
}

export function layoutMember(directory: string, mspId: string): MemberLayout {
  const root = join(directory, 'members', mspId);
  return {
    root,
    ca: join(root, 'ca'),
    tlsCa: join(root, 'tlsca'),
    msp: join(root, 'msp'),
    admin: join(root, 'admin'),
    gateway: join(root, 'gateway'),
    peer: join(root, 'peer'),
    orderer: join(root, 'orderer'),
    chaincode: join(root, 'chaincode'),
  };
}

export const channelDirectory = (directory: string): string => join(directory, 'channel');
export const genesisBlock = (directory: string): string =>
  join(channelDirectory(directory), 'genesis.block');
