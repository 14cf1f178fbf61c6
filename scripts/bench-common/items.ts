/** Items as a system posts them, each told by its number. */
import { hash } from 'node:crypto';

/** Spread as digests are: the index of a member's items orders them by their first bits. */
export const itemDigest = (index: number): string => hash('sha256', `item ${index}`);

/** One item, JSON. */
export const itemText = (index: number): string =>
  JSON.stringify({
    kind: 'message',
    sha256: itemDigest(index),
    size: index,
    mediaType: 'message/rfc822',
    path: `export/2026/mailbox-${index % 97}/message-${index}.eml`,
  });

/** Items one after the other, NDJSON. */
export function makeBody(count: number, first = 0): Buffer {
  const lines = Array.from({ length: count }, (_, position) => itemText(first + position));
  return Buffer.from(`${lines.join('\n')}\n`);
}
