import { expect, it } from 'vitest';
import { blockDataHash } from './block.ts';
import { FabricError } from './error.ts';

const payload = (text: string) => Buffer.from([0x0a, text.length, ...Buffer.from(text)]);
const signature = Buffer.from([0x12, 0x01, 0x07]);
/** Field 15, a varint: nothing that Fabric knows. */
const unknown = Buffer.from([0x78, 0x01]);

it('hashes envelopes that carry what nobody knows, for peers accept them', () => {
  const envelope = Buffer.concat([payload('a'), signature, unknown]);
  expect(blockDataHash([envelope, envelope])).toHaveLength(32);
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['another field first', Buffer.concat([signature, payload('a')])],
  ['two envelopes as one', Buffer.concat([payload('a'), signature, payload('b')])],
  ['a field that is cut off', payload('abc').subarray(0, 3)],
  ['a group', Buffer.concat([payload('a'), Buffer.from([0x7b, 0x7c])])],
  ['no end of a number', Buffer.concat([payload('a'), Buffer.from([0x78, 0xff])])],
])('takes no %s: the bytes could be cut elsewhere', (_, envelope) => {
  expect(() => blockDataHash([envelope])).toThrow(FabricError);
});
