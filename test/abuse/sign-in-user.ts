/** An access token of anybody that the development consortium knows, as the person or system gets one. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLI_CLIENT_ID } from '../../gateway/src/identity/development/configuration.ts';
import type { DevelopmentPeople } from '../../gateway/src/identity/development/people.ts';
import { approveDevice } from '../../gateway/src/identity/device-approval.ts';
import {
  awaitDeviceSignIn,
  signInSystem,
  startDeviceSignIn,
} from '../../gateway/src/identity/sign-in.ts';

/** `user` is a person, for example `investigator.cn`, or a system, for example `system.cn`. */
export async function signInUser(
  { address }: { readonly address: string },
  data: string,
  user: string,
): Promise<string> {
  const text = await readFile(join(data, 'dev', 'people.json'), 'utf8');
  const { people, systems } = JSON.parse(text) as DevelopmentPeople;
  const issuer = `${address}/oidc`;
  const system = systems.find(({ clientId }) => clientId === user);
  if (system) return (await signInSystem({ issuer, ...system })).accessToken;
  const person = people.find((one) => one.user === user)!;
  const device = await startDeviceSignIn({ issuer, clientId: CLI_CLIENT_ID });
  await approveDevice({ ...device, user, password: person.password });
  return (await awaitDeviceSignIn({ ...device, intervalSeconds: 1 })).accessToken;
}
