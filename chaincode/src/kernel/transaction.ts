/** What every transaction does around its rules: parse, identify, decide, write, tell. */
import {
  canonicalBytes,
  canonicalText,
  fromUtf8,
  type JsonLimits,
  sha256,
  toHex,
} from '@tabellion/proof';
import type { z } from 'zod';
import { readTime } from './clock.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { assertRule } from './errors.ts';
import { parseInput, readArgument } from './input.ts';
import type { Context, Stub } from './shim.ts';
import { openState, putRecord, readBytes, type State } from './state.ts';

/** One call, as the rules' loaders see it. */
export interface Call<Input, Caller> {
  readonly input: Input;
  readonly caller: Caller;
  readonly state: State;
  transient(name: string): Uint8Array | undefined;
}

export interface Write {
  readonly key: string;
  readonly record: unknown;
}

/** What a transaction does, whole: nothing is written before every rule has passed. */
export interface Decision extends Write {
  /** Further records. */
  readonly also?: readonly Write[];
  /** Records that bind a member: each leaves a marker that needs this member's own peer. */
  readonly markers?: readonly { readonly mspId: string; readonly record: unknown }[];
  /** Private data for members' own collections. */
  readonly sealed?: readonly Sealed[];
}

export interface Sealed {
  readonly mspId: string;
  readonly key: string;
  readonly value: Uint8Array;
}

export type Identify<Input, Caller> = (
  credentials: Credentials,
  transaction: { readonly txId: string; readonly at: number },
  state: State,
  input: Input,
) => Caller | Promise<Caller>;

/**
 * Runs one transaction and returns the canonical JSON of the record that it is about.
 * @throws ContractError; then nothing was written and no event set.
 */
export async function runTransaction<Input, Caller>(
  context: Context,
  name: string,
  schema: z.ZodType<Input>,
  identify: Identify<Input, Caller>,
  decide: (call: Call<Input, Caller>) => Promise<Decision>,
  limits?: JsonLimits,
): Promise<string> {
  const { stub } = context;
  const input = parseInput(schema, readArgument(stub, name), limits);
  const state = openState(stub);
  const transaction = { txId: stub.getTxID(), at: readTime(stub) };
  const caller = await identify(readCaller(stub), transaction, state, input);
  const transient = (field: string) => stub.getTransient().get(field);
  const decision = await decide({ input, caller, state, transient });

  for (const { key, record } of [decision, ...(decision.also ?? [])]) {
    await putRecord(stub, key, record);
  }
  for (const marker of decision.markers ?? []) await putMarker(stub, marker.mspId, marker.record);
  for (const { mspId, key, value } of decision.sealed ?? [])
    await stub.putPrivateData(implicitCollection(mspId), key, value);
  stub.setEvent(name, canonicalBytes({ key: decision.key, record: decision.record }));
  return canonicalText(decision.record);
}

/**
 * The exact bytes under one key. It reads that key and nothing else, not even the member register, so
 * that an endorsed read attests this one key; the peer's MSP check keeps strangers out.
 */
export async function runRead(
  context: Context,
  name: string,
  schema: z.ZodType<string>,
): Promise<string> {
  readCaller(context.stub);
  const key = schema.safeParse(Buffer.from(readArgument(context.stub, name)).toString('latin1'));
  assertRule(key.success, 'BAD_INPUT', '$: not a key that can be read');
  return fromUtf8(await readBytes(context.stub, key.data));
}

/**
 * What several records say together, as canonical JSON. Like {@link runRead} it reads nothing besides, so
 * that who verifies its endorsed answer knows what it rests on.
 */
export async function runTell(
  context: Context,
  name: string,
  schema: z.ZodType<string>,
  tell: (state: State, argument: string) => Promise<unknown>,
): Promise<string> {
  readCaller(context.stub);
  const asked = schema.safeParse(Buffer.from(readArgument(context.stub, name)).toString('latin1'));
  assertRule(asked.success, 'BAD_INPUT', '$: not what can be asked for');
  return canonicalText(await tell(openState(context.stub), asked.data));
}

/**
 * What the caller's own member keeps in its private collection under one key. No other member's
 * collection can be named: it follows from the caller's certificate.
 */
export async function runPrivateRead(
  context: Context,
  name: string,
  keyOf: (argument: string) => string | undefined,
): Promise<string> {
  const { stub } = context;
  const { member } = readCaller(stub);
  const key = keyOf(Buffer.from(readArgument(stub, name)).toString('latin1'));
  assertRule(key !== undefined, 'BAD_INPUT', '$: not a key that can be read');
  const bytes = await stub.getPrivateData(implicitCollection(member), key);
  assertRule(bytes.length > 0, 'NOT_FOUND', key);
  return fromUtf8(bytes);
}

function readCaller(stub: Stub): Credentials {
  const { mspid, idBytes } = stub.getCreator();
  return readCredentials(mspid, Buffer.from(idBytes).toString('latin1'));
}

export function implicitCollection(mspId: string): string {
  return `_implicit_org_${mspId}`;
}

/**
 * The marker of a record: what an auditor recomputes from the public record to see, in the hashed part
 * of the read-write set, that the member's own peer endorsed the act.
 */
export function markerOf(record: unknown): { key: string; value: Uint8Array } {
  const digest = sha256(canonicalBytes(record));
  return { key: `act/${toHex(digest)}`, value: digest };
}

async function putMarker(stub: Stub, mspId: string, record: unknown): Promise<void> {
  const { key, value } = markerOf(record);
  await stub.putPrivateData(implicitCollection(mspId), key, value);
}
