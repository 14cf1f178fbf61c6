/** Commitments at speed: the bytes are those of `canonicalBytes`, property tests hold them to it. */
import { randomFillSync } from 'node:crypto';
import {
  type Commitment,
  commitment,
  fromUtf8,
  type ImageContainer,
  parseCanonical,
} from '@tabellion/proof';
import { EvidenceError } from './error.ts';

/** Longest commitment, bytes: a path of 16 KiB and everything else at its longest fit. */
export const MAX_COMMITMENT_BYTES = 65_536;

/** What a commitment says before it is salted. */
export type ItemFacts = Omit<Commitment, 'type' | 'v' | 'salt'>;

const SALT_BYTES = 16;
const salts = Buffer.alloc(SALT_BYTES * 1024);
let saltsUsed = salts.length;

/** 128 random bits, base64url; drawn from the system a thousand at a time. */
export function drawSalt(): string {
  if (saltsUsed === salts.length) {
    randomFillSync(salts);
    saltsUsed = 0;
  }
  const salt = salts.toString('base64url', saltsUsed, saltsUsed + SALT_BYTES);
  saltsUsed += SALT_BYTES;
  return salt;
}

/** The bytes of {@link formatCommitment}. */
export function encodeCommitment(item: ItemFacts, salt: string): Buffer {
  return Buffer.from(formatCommitment(item, salt));
}

/**
 * RFC 8785 text of the commitment to an item with this salt. The keys stand here in their canonical
 * order; JCS writes strings and integers as JSON.stringify does.
 * @throws EvidenceError `ITEM_INVALID` for text with a lone surrogate or an unsafe integer.
 */
export function formatCommitment(item: ItemFacts, salt: string): string {
  const { container, digest } = item;
  let text = container === undefined ? '{' : `{"container":${formatContainer(container)},`;
  text += '"digest":{';
  if (digest.md5 !== undefined) text += `"md5":"${digest.md5}",`;
  if (digest.sha1 !== undefined) text += `"sha1":"${digest.sha1}",`;
  text += `"sha256":"${digest.sha256}"},`;
  if (item.exhibit !== undefined) text += `"exhibit":${quote(item.exhibit)},`;
  text += `"kind":"${item.kind}",`;
  if (item.mediaType !== undefined) text += `"mediaType":${quote(item.mediaType)},`;
  if (item.modifiedAt !== undefined) text += `"modifiedAt":${integer(item.modifiedAt)},`;
  text += `"path":"${item.path}","salt":"${salt}",`;
  if (item.seal !== undefined) text += `"seal":${quote(item.seal)},`;
  text += `"size":${integer(item.size)}`;
  return `${text},"type":"tabellion.item","v":1}`;
}

function formatContainer({ format, md5, sha1, sha256, size }: ImageContainer): string {
  let text = `{"format":"${format}",`;
  if (md5 !== undefined) text += `"md5":"${md5}",`;
  if (sha1 !== undefined) text += `"sha1":"${sha1}",`;
  if (sha256 !== undefined) text += `"sha256":"${sha256}",`;
  return `${text}"size":${integer(size)}}`;
}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new EvidenceError('ITEM_INVALID', 'text holds a lone surrogate');
  return JSON.stringify(text);
}

function integer(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new EvidenceError('ITEM_INVALID', 'not an integer from 0 to 2^53−1');
  }
  return value;
}

/** What the index and the totals need of a commitment. */
export interface CommitmentFacts {
  readonly sha256: string;
  readonly size: number;
}

// The canonical form of a commitment whose texts need no escape and whose integers have at most 15
// digits: nearly all. Whatever does not match is parsed.
const TEXT = '[ !#-\\[\\]-~]';
const COMMON = new RegExp(
  '^\\{"digest":\\{(?:"md5":"[0-9a-f]{32}",)?(?:"sha1":"[0-9a-f]{40}",)?"sha256":"([0-9a-f]{64})"\\},' +
    `(?:"exhibit":"${TEXT}{0,64}",)?"kind":"(?:file|link|message|row)",` +
    `(?:"mediaType":"${TEXT}{0,127}",)?(?:"modifiedAt":(?:0|[1-9]\\d{0,14}),)?` +
    '"path":"[A-Za-z0-9_-]{0,21848}","salt":"[A-Za-z0-9_-]{22}",' +
    `(?:"seal":"${TEXT}{0,64}",)?` +
    '"size":(0|[1-9]\\d{0,14}),"type":"tabellion\\.item","v":1\\}$',
);

/** Checks that bytes are a commitment in canonical form. @throws EvidenceError `MANIFEST_INVALID`. */
export function checkCommitment(bytes: Uint8Array): CommitmentFacts {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const common = COMMON.exec(text);
  if (common !== null) return { sha256: common[1]!, size: Number(common[2]) };
  const item = parseCommitment(bytes);
  return { sha256: item.digest.sha256, size: item.size };
}

/** @throws EvidenceError `MANIFEST_INVALID` unless the bytes are a commitment in canonical form. */
export function parseCommitment(bytes: Uint8Array): Commitment {
  try {
    return commitment.parse(parseCanonical(bytes, { maxBytes: MAX_COMMITMENT_BYTES, maxDepth: 2 }));
  } catch (cause) {
    throw new EvidenceError('MANIFEST_INVALID', 'a line is not a commitment in canonical form', {
      cause,
    });
  }
}

/** The text of a path's bytes where they are UTF-8, for people; undefined where they are not. */
export function readablePath(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch {
    return undefined;
  }
}
