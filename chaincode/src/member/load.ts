/** Governed data as the other words use them. */
import { assertRule, ContractError } from '../kernel/errors.ts';
import type { Governed } from '../kernel/schema.ts';
import type { State } from '../kernel/state.ts';
import { parameterKey, referenceKey, referencePrefix } from './key.ts';
import {
  type ParameterName,
  parameterRecord,
  type ReferenceEntry,
  type ReferenceRegister,
  referenceRecord,
} from './record.ts';

type Bodies = { [Entry in ReferenceEntry as Entry['register']]: Entry['body'] };

export async function loadParameters<N extends ParameterName>(
  state: State,
  names: readonly N[],
): Promise<Record<N, number>> {
  const pairs = [];
  for (const name of names) {
    pairs.push([name, (await state.load(parameterRecord, parameterKey(name))).value] as const);
  }
  return Object.fromEntries(pairs) as Record<N, number>;
}

/**
 * The entry, which must be the current version: a new act may not rest on rules that the members have
 * replaced (CNS-22).
 * @throws ContractError `REFERENCE_UNKNOWN`, `REFERENCE_SUPERSEDED`.
 */
export async function loadCurrent<R extends ReferenceRegister>(
  state: State,
  register: R,
  wanted: Governed,
): Promise<Bodies[R]> {
  const records = await state.list(referenceRecord, referencePrefix(register, wanted.id));
  const name = `${register} ${wanted.id} ${wanted.version}`;
  const record = records.find(({ entry }) => entry.version === wanted.version);
  if (record === undefined) throw new ContractError('REFERENCE_UNKNOWN', name);
  const newest = Math.max(...records.map(({ entry }) => entry.version));
  assertRule(wanted.version === newest, 'REFERENCE_SUPERSEDED', `${name}: ${newest} is current`);
  return record.entry.body as Bodies[R];
}

/** That version, be it the current one or not. @throws ContractError `NOT_FOUND`. */
export async function loadEntry<R extends ReferenceRegister>(
  state: State,
  register: R,
  { id, version }: Governed,
): Promise<Bodies[R]> {
  const { entry } = await state.load(referenceRecord, referenceKey(register, id, version));
  return entry.body as Bodies[R];
}

/** The current version; undefined where there is none of that name. */
export async function loadNewest<R extends ReferenceRegister>(
  state: State,
  register: R,
  id: string,
): Promise<{ readonly version: number; readonly body: Bodies[R] } | undefined> {
  const records = await state.list(referenceRecord, referencePrefix(register, id));
  const [newest] = records.map(({ entry }) => entry).sort((a, b) => b.version - a.version);
  return newest && { version: newest.version, body: newest.body as Bodies[R] };
}

/** @throws ContractError `REFERENCE_UNKNOWN`; an older version will do. */
export async function assertPublished(
  state: State,
  register: ReferenceRegister,
  wanted: readonly Governed[],
): Promise<void> {
  for (const { id, version } of wanted) {
    const record = await state.find(referenceRecord, referenceKey(register, id, version));
    assertRule(record !== undefined, 'REFERENCE_UNKNOWN', `${register} ${id} ${version}`);
  }
}
