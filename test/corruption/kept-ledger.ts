/** A ledger made through the real contracts, as it lies on the disk at several moments. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trust } from '@tabellion/proof';
import { readMember } from '../../gateway/src/node/fabric-member.ts';
import { MEMBER, openEvidenceConsortium } from '../support/evidence-consortium.ts';

const ACQUISITIONS = 24;
const DECLARATIONS = 3;

export interface KeptLedger {
  /** Closed in order, some blocks earlier. */
  readonly older: string;
  /** As a process that was killed leaves it: nothing closed, logs and all. */
  readonly killed: string;
  /** Closed in order. */
  readonly closed: string;
  readonly trust: Trust;
  /** An empty directory for one more copy. */
  fresh(): string;
  remove(): void;
}

export async function keepLedger(): Promise<KeptLedger> {
  const root = mkdtempSync(join(tmpdir(), 'tabellion-corruption-'));
  const data = join(root, 'data');
  const ledger = join(data, 'ledger');
  const copy = (name: string) => {
    const to = join(root, name);
    cpSync(ledger, to, { recursive: true });
    return to;
  };
  await write(data, ACQUISITIONS / 2, () => undefined);
  const older = copy('older');
  let killed = '';
  const trust = await write(data, ACQUISITIONS / 2, () => {
    killed = copy('killed');
  });
  const closed = copy('closed');
  let copies = 0;
  return {
    older,
    killed,
    closed,
    trust,
    fresh: () => {
      copies += 1;
      return join(root, `copy-${copies}`);
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}

/** Each acquisition is a block; a member's declaration has private data besides. */
async function write(data: string, acquisitions: number, beforeClose: () => void) {
  const consortium = await openEvidenceConsortium(data);
  try {
    const investigator = await consortium.person('investigator');
    for (let count = 0; count < acquisitions; count += 1) await consortium.acquire(investigator);
    const delegate = await consortium.person('delegate');
    const member = await readMember(consortium.ledger, delegate, MEMBER);
    const declaration = { profile: member!.profile, reason: 'as it was' };
    for (let count = 0; count < DECLARATIONS; count += 1) {
      await consortium.act(delegate, 'member:declare', declaration);
    }
    const trust = await consortium.trust();
    beforeClose();
    return trust;
  } finally {
    await consortium.close();
  }
}

/** Where the blocks of a file begin, and its end, read off the lengths that stand before them. */
export function listFrames(directory: string): number[] {
  const bytes = readFileSync(join(directory, 'blocks'));
  const starts: number[] = [];
  for (let at = 64; at < bytes.length; at += 64 + bytes.readUInt32BE(at + 12)) starts.push(at);
  return [...starts, bytes.length];
}
