/** The commands of `scripts/network` that change a consortium, whichever way its network runs. */
import { IdentityError } from '../../gateway/src/identity/error.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';
import { admitMember, NotDecided, publishRevocations, redefine } from './membership.ts';
import { AdminError } from './native/admin.ts';
import { UnknownMember } from './native/connect.ts';
import type { Site } from './site.ts';

/** About one member; returns what was done. */
export type Command = (site: Site, mspId: string) => Promise<string>;

export const COMMANDS = {
  'add-member': async (site, mspId) => {
    await admitMember(site, mspId);
    return 'admitted: its nodes run and its endorsements count';
  },
  'suspend-member': async (site, mspId) =>
    `definition ${await redefine(site, mspId, 'SUSPENDED')}: its endorsements no longer count`,
  'resume-member': async (site, mspId) =>
    `definition ${await redefine(site, mspId, 'ACTIVE')}: its endorsements count again`,
  'publish-crl': async (site, mspId) =>
    (await publishRevocations(site, mspId)) ? 'in force on the channel' : 'was in force already',
} satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

export const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

const EXPLAINED = [NotDecided, UnknownMember, AdminError, IdentityError, LedgerError];

/** Whether the error's text tells its reader all; anything else is a fault of ours. */
export const isExplained = (error: unknown): error is Error =>
  EXPLAINED.some((kind) => error instanceof kind);
