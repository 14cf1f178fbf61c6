import { canonicalBytes } from '@tabellion/proof';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Stub } from './shim.ts';
import { openState } from './state.ts';

const schema = z.strictObject({ a: z.int() });
const stubWith = (value: Uint8Array) => ({ getState: async () => value }) as unknown as Stub;

it('does not work on with a value that is no record of its kind', async () => {
  const find = (value: unknown) => openState(stubWith(canonicalBytes(value))).find(schema, 'key');
  expect(await find({ a: 1 })).toEqual({ a: 1 });
  await expect(find({ a: 'x' })).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  const broken = openState(stubWith(new Uint8Array([0x7b]))).find(schema, 'key');
  await expect(broken).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
});

it('tells absent from empty', async () => {
  const state = openState(stubWith(new Uint8Array()));
  expect(await state.find(schema, 'key')).toBeUndefined();
  await expect(state.load(schema, 'key')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
