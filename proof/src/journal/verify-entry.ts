/**
 * Offline verification of one entry of a member's journal. Two things are shown, each by itself: that a
 * gateway of the member signed it, and that it stands under a record on the ledger. Neither says that
 * what the entry says is so.
 */
import { checkRead, type TrustedRead } from '../bundle/attestation.ts';
import type { Trust } from '../bundle/record.ts';
import { demand } from '../bundle/refusal.ts';
import { isNewer, openMembers } from '../bundle/trust.ts';
import { equalBytes, fromBase64url, fromHex, toHex } from '../bytes/encoding.ts';
import { sha256 } from '../crypto/provider.ts';
import { parseCanonical } from '../json/parse.ts';
import { leafHash, rootFromPath } from '../merkle/path.ts';
import { verifySignature } from '../x509/certificate.ts';
import {
  type EntryAnchor,
  type EntryHead,
  type EntrySeal,
  entryAnchor,
  entryHead,
  entrySeal,
  groupBytes,
  provenJournal,
} from './record.ts';
import { demandOfEntry, type Judged, judge } from './verdict.ts';

/** The contract function whose endorsed answer attests a journal record. */
export const JOURNAL_READ_FUNCTION = 'evidence:read';
export const JOURNAL_KEY_PREFIX = 'journal/';

export interface SealedEntry {
  /** Exact bytes. */
  readonly entry: Uint8Array;
  /** In the member's journal, from 1. */
  readonly position: number;
  readonly seal: EntrySeal;
}

export interface ProvenSeal {
  readonly member: string;
  /** As the entry claims, milliseconds since 1970. */
  readonly at: number;
  /** The signing system's pseudonym. */
  readonly signer: string;
}

export interface ProvenAnchor {
  readonly member: string;
  /** Digest of the journal record. */
  readonly batch: string;
  /** Of the record in the member's chain of journal records, from 1. */
  readonly sequence: number;
  /** As the record's signer claims, within the members' window; milliseconds since 1970. */
  readonly anchoredAt: number;
  readonly block: number;
  readonly endorsers: readonly string[];
}

/**
 * Whether a gateway of the entry's member signed it, at its position; never throws. Its certificate must
 * have held when the entry says that it was made, and at `by`, in milliseconds since 1970: now, or when
 * the ledger got the entry, where an anchor shows that.
 */
export function verifySeal(
  sealed: SealedEntry,
  trust: Trust,
  { by }: { readonly by: number },
): Judged<ProvenSeal> {
  return judge(() => {
    const { first, size, hashes, certificate, signature } = entrySeal.parse(sealed.seal);
    const members = openMembers(trust);
    const { member, at } = readHead(sealed.entry, trust);
    const msp = members.get(member)?.msp;
    demand(msp !== undefined, 'UNKNOWN_MEMBER');
    msp.validate(certificate, by);
    const signer = msp.validate(certificate, at);
    const { role, keyCustody } = signer.attributes;
    const isGateway = signer.role === 'CLIENT' && role === 'system' && keyCustody === 'gateway';
    demandOfEntry(isGateway, 'NOT_A_GATEWAY');
    const path = { index: sealed.position - first, size, hashes: hashes.map(fromHex) };
    const root = toHex(rootFromPath({ leaf: leafHash(sealed.entry), ...path }));
    const signed = groupBytes({ member, first, size, root });
    const holds = verifySignature(signer.certificate, signed, fromBase64url(signature));
    demand(holds, 'SIGNATURE_INVALID');
    return { member, at, signer: signer.commonName };
  });
}

/** Whether the entry stands under a journal record of its member that the members attest; never throws. */
export function verifyAnchor(
  entry: Uint8Array,
  anchor: EntryAnchor,
  trust: Trust,
  { now }: { readonly now: number },
): Judged<ProvenAnchor> {
  return judge(() => {
    const { index, size, hashes, attestation } = entryAnchor.parse(anchor);
    const read = checkRead(fromBase64url(attestation), trust, {
      now,
      readFunction: JOURNAL_READ_FUNCTION,
      keyOf: (record) => JOURNAL_KEY_PREFIX + toHex(sha256(record)),
    });
    const { root, sequence, act } = readJournal(read, size);
    const head = readHead(entry, trust);
    demand(act.member === head.member, 'RECORD_MISMATCH');
    const path = { index, size, hashes: hashes.map(fromHex) };
    const found = rootFromPath({ leaf: leafHash(entry), ...path });
    demand(equalBytes(found, fromHex(root)), 'ROOT_MISMATCH');
    return {
      ...{ member: act.member, sequence, anchoredAt: act.at },
      batch: read.key.slice(JOURNAL_KEY_PREFIX.length),
      ...{ block: read.place.block, endorsers: read.endorsers },
    };
  });
}

function readHead(bytes: Uint8Array, { genesis }: Trust): EntryHead {
  const value = parseCanonical(bytes);
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const head = entryHead.parse(value);
  demandOfEntry(head.ledger === undefined || head.ledger === genesis, 'OTHER_LEDGER');
  return head;
}

function readJournal({ record }: TrustedRead, size: number) {
  const value = parseCanonical(record);
  demand((value as { type?: unknown } | null)?.type === 'tabellion.journal', 'RECORD_MISMATCH');
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const journal = provenJournal.safeParse(value);
  demand(journal.success && journal.data.size === size, 'RECORD_MISMATCH');
  return journal.data;
}
