/**
 * Labelled addresses in one piece of memory, as they go to the thread that makes tables and wait there: objects
 * would take several times their bytes.
 */
/** One labelled address. */
export interface FiledAddress {
  readonly key: Uint8Array;
  /** As `writeFinding` makes them. */
  readonly items: readonly Uint8Array[];
}

/** Of the whole record, and of each item. */
const LENGTH_BYTES = 4;
const KEY_LENGTH_BYTES = 1;

/** Each with its whole length, then its key, then its items, each of these with its own length. */
export function packEntries(entries: readonly FiledAddress[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(entries.reduce((sum, entry) => sum + lengthOf(entry), 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const entry of entries) {
    const { key, items } = entry;
    view.setUint32(at, lengthOf(entry));
    view.setUint8(at + LENGTH_BYTES, key.length);
    at += LENGTH_BYTES + KEY_LENGTH_BYTES;
    packed.set(key, at);
    at += key.length;
    for (const item of items) {
      view.setUint32(at, item.length);
      packed.set(item, at + LENGTH_BYTES);
      at += LENGTH_BYTES + item.length;
    }
  }
  return packed;
}

const lengthOf = ({ key, items }: FiledAddress): number =>
  items.reduce(
    (sum, { length }) => sum + LENGTH_BYTES + length,
    LENGTH_BYTES + KEY_LENGTH_BYTES + key.length,
  );

export interface PackedEntry extends FiledAddress {
  /** What {@link packEntries} made of it. */
  readonly record: Uint8Array;
}

/** In their order; all that is given are views of what was packed. */
export function* listEntries(packed: Uint8Array): Generator<PackedEntry> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let at = 0; at < packed.length; ) {
    const end = at + view.getUint32(at);
    const keyAt = at + LENGTH_BYTES + KEY_LENGTH_BYTES;
    const keyEnd = keyAt + view.getUint8(at + LENGTH_BYTES);
    const items: Uint8Array[] = [];
    for (let next = keyEnd; next < end; ) {
      const from = next + LENGTH_BYTES;
      next = from + view.getUint32(next);
      items.push(packed.subarray(from, next));
    }
    yield { key: packed.subarray(keyAt, keyEnd), items, record: packed.subarray(at, end) };
    at = end;
  }
}
