/** Items as a system posts them: NDJSON, each item told by its number. */

export const itemDigest = (index: number): string => index.toString(16).padStart(64, '0');

export function makeBody(count: number, first = 0): Buffer {
  const lines = Array.from({ length: count }, (_, position) => {
    const index = first + position;
    return JSON.stringify({
      kind: 'message',
      sha256: itemDigest(index),
      size: index,
      mediaType: 'message/rfc822',
      path: `export/2026/mailbox-${index % 97}/message-${index}.eml`,
    });
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}
