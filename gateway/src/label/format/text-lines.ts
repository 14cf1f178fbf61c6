/** A list's lines one by one, in constant memory; a line that cannot be read harms no other. */

/** Bytes of the longest line that is read. */
export const MAX_LINE_BYTES = 65_536;

export interface TextLine {
  /** From 1. */
  readonly line: number;
  /** Undefined where the line cannot be read. */
  readonly text: string | undefined;
  readonly fault: string | undefined;
}

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Ends of line are LF or CRLF, missing behind the last one or not; a byte-order mark is passed over. */
export async function* readTextLines(
  chunks: Bytes,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<TextLine, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let line = 0;
  const keep = (part: Uint8Array) => {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  };
  const complete = (): TextLine => {
    line += 1;
    const read =
      length > maxBytes
        ? { text: undefined, fault: `longer than ${maxBytes} bytes` }
        : decodeLine(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    parts = [];
    length = 0;
    return { line, ...read };
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      keep(chunk.subarray(start, end));
      yield complete();
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.slice(start));
  }
  if (length > 0) yield complete();
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decodeLine(bytes: Uint8Array): Pick<TextLine, 'text' | 'fault'> {
  const end = bytes.at(-1) === 13 ? -1 : undefined;
  try {
    return { text: decoder.decode(bytes.subarray(0, end)), fault: undefined };
  } catch {
    return { text: undefined, fault: 'not UTF-8' };
  }
}

/** All of it, up to `maxBytes`; `undefined` past that. */
export async function gatherBytes(chunks: Bytes, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts, length);
}
