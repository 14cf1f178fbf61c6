/**
 * Who can sign in at the development issuer: for every member one person of each sensible role and
 * one system client, with random secrets that are made per data directory and kept in a file (0600).
 * These people exist nowhere else.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { MemberKind, Role } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import type { Consortium, ConsortiumMember } from '../consortium.ts';
import { makePrivateDirectory, readPrivate, unlessAbsent, writeDurably } from '../private-file.ts';

const ROLES_BY_KIND: Readonly<Record<MemberKind, readonly Role[]>> = {
  STATE: [
    'investigator',
    'analyst',
    'prosecutor',
    'judicialReviewer',
    'liaisonAuthority',
    'centralAuthority',
    'delegate',
    'auditor',
  ],
  EXCHANGE: ['investigator', 'analyst', 'delegate', 'auditor'],
  PLATFORM: ['investigator', 'analyst', 'delegate', 'auditor'],
  AUDITOR: ['auditor', 'delegate'],
};

export interface DevelopmentPerson {
  /** What the person types, for example `investigator.cn`; case does not matter. */
  readonly user: string;
  readonly password: string;
  /** The issuer's `sub`: random, stable. */
  readonly subject: string;
  readonly member: string;
  readonly role: Role;
}

export interface DevelopmentSystem {
  /** OAuth client ID, for example `system.cn`. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly member: string;
}

export interface DevelopmentPeople {
  readonly people: readonly DevelopmentPerson[];
  readonly systems: readonly DevelopmentSystem[];
}

/** Member and role stand in the file for its readers; they are taken from the consortium. */
const stored = z.object({
  people: z.array(z.object({ user: z.string(), password: z.string(), subject: z.string() })),
  systems: z.array(z.object({ clientId: z.string(), clientSecret: z.string() })),
});

/**
 * Reads `file`, adds whoever is missing and writes it back if it changed. Member and role come from
 * the consortium, never from the file.
 * @throws IdentityError `KEY_EXPOSED` if others may read the file.
 */
export async function openDevelopmentPeople(
  file: string,
  consortium: Consortium,
): Promise<DevelopmentPeople> {
  await makePrivateDirectory(dirname(file));
  const text = await unlessAbsent(readPrivate(file));
  const known = text === undefined ? { people: [], systems: [] } : stored.parse(JSON.parse(text));
  const people = consortium.members.flatMap((member) =>
    ROLES_BY_KIND[member.kind].map((role): DevelopmentPerson => {
      const user = `${role}.${shortName(member)}`;
      const secrets = known.people.find((person) => person.user === user) ?? {
        password: makeSecret(9),
        subject: makeSecret(12),
      };
      return { ...secrets, user, member: member.mspId, role };
    }),
  );
  const systems = consortium.members.map((member): DevelopmentSystem => {
    const clientId = `system.${shortName(member)}`;
    const secrets = known.systems.find((system) => system.clientId === clientId) ?? {
      clientSecret: makeSecret(32),
    };
    return { ...secrets, clientId, member: member.mspId };
  });
  const next = `${JSON.stringify({ people, systems }, null, 2)}\n`;
  if (next !== text) await writeDurably(file, next);
  return { people, systems };
}

/** `cn` for the agency of CN; others by their MSP ID, because a jurisdiction may have several. */
function shortName({ kind, jurisdiction, mspId }: ConsortiumMember): string {
  return (kind === 'STATE' ? jurisdiction : mspId.replace(/MSP$/, '')).toLowerCase();
}

function makeSecret(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
