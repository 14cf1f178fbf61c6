/** The fields of a protobuf message, one by one as they stand in its bytes. */
import { FabricError } from './error.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Numbers of the fields in order. @throws FabricError `FABRIC_MALFORMED`. */
export function listFields(bytes: Uint8Array): number[] {
  const fields: number[] = [];
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift += 1) {
      const byte = bytes[at++];
      if (byte === undefined) throw cutOff();
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw cutOff();
  };
  while (at < bytes.length) {
    const tag = readVarint();
    fields.push(Math.floor(tag / 8));
    switch (tag % 8) {
      case VARINT:
        readVarint();
        break;
      case FIXED64:
        at += 8;
        break;
      case BYTES: {
        const length = readVarint();
        at += length;
        break;
      }
      case FIXED32:
        at += 4;
        break;
      default:
        throw new FabricError('FABRIC_MALFORMED', 'a field of a kind that messages do not have');
    }
    if (at > bytes.length) throw cutOff();
  }
  return fields;
}

const cutOff = () => new FabricError('FABRIC_MALFORMED', 'a message that is cut off');
