/** A consortium of Tabellion's contracts on whichever ledger the suite runs. */
import { randomBytes } from 'node:crypto';
import { canonicalBytes, parseCanonical } from '@tabellion/proof';
import { sampleAcquire, sampleFounding } from '../../chaincode/test/samples.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';
import type { Call, Client } from './client.ts';

export const callOf = (
  fn: string,
  input: object,
  by: Signer,
  endorsers?: readonly string[],
): Call => ({
  fn,
  args: [Buffer.from(canonicalBytes(input)).toString()],
  by,
  ...(endorsers && { endorsers }),
});

export async function perform(client: Client, fn: string, input: object, by: Signer) {
  const { code, result } = await client.invoke(callOf(fn, input, by));
  if (code !== 'VALID') throw new Error(`${fn} committed as ${code}`);
  return parseCanonical(Buffer.from(result));
}

export const read = (client: Client, fn: string, key: string) => client.evaluate(fn, key);

export const jurisdictionOf = (index: number) => 'ABCD'.charAt(index).repeat(2);

/** Once for each ledger: its members found their consortium. */
export async function ensureFounded(client: Client): Promise<void> {
  try {
    await read(client, 'member:read', 'founding');
    return;
  } catch (error) {
    if (!(error instanceof LedgerError) || error.contractCode !== 'NOT_FOUND') throw error;
  }
  const { members: samples, ...founding } = sampleFounding();
  const members = client.ledger.members.map(({ mspId, state }, index) => ({
    mspId,
    name: mspId,
    jurisdiction: jurisdictionOf(index),
    kind: state ? ('STATE' as const) : ('EXCHANGE' as const),
    profile: samples[0]!.profile,
  }));
  const delegate = await client.ledger.person(client.state(0), 'delegate');
  await perform(client, 'member:found', { ...founding, members }, delegate);
}

/** Opens an acquisition in the jurisdiction of whoever collects; returns its ID. */
export async function acquireAtHome(client: Client, by: Signer): Promise<string> {
  await ensureFounded(client);
  const id = randomBytes(16).toString('hex');
  const place = jurisdictionOf(client.ledger.members.findIndex(({ mspId }) => mspId === by.mspId));
  const source = { class: 'STANDALONE' } as const;
  const location = { systemJurisdiction: place, mediumLocation: place, source };
  const input = sampleAcquire({ id, startedAt: Date.now() - 2000, location });
  await perform(client, 'evidence:acquire', input, by);
  return id;
}

/** The code with which the contract refuses; anything else is thrown on. */
export async function contractRefusal(refused: Promise<unknown>): Promise<string | undefined> {
  try {
    await refused;
    return 'NONE';
  } catch (error) {
    if (error instanceof LedgerError) return error.contractCode ?? error.code;
    throw error;
  }
}
