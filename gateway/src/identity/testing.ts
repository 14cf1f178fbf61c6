/** For this folder's tests: a place that goes away, a clock that stands where it is put, a consortium. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { onTestFinished } from 'vitest';
import { type Consortium, loadConsortium } from './consortium.ts';
import { CLI_CLIENT_ID } from './development/configuration.ts';
import { type DevelopmentIssuer, openDevelopmentIssuer } from './development/issuer.ts';
import {
  type DevelopmentPeople,
  type DevelopmentPerson,
  openDevelopmentPeople,
} from './development/people.ts';
import { approveDevice } from './device-approval.ts';
import { awaitDeviceSignIn, type SignIn, startDeviceSignIn } from './sign-in.ts';

export const CONSORTIUM_FILE = fileURLToPath(
  new URL('../../../node-config/consortium.yaml', import.meta.url),
);

/** A fresh directory, removed when the running test ends. */
export async function makeTestDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-identity-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** 2026-11-22T12:00:00Z and what a test makes of it. */
export class TestClock {
  time = Date.UTC(2026, 10, 22, 12);
  readonly now = () => this.time;

  forwardDays(days: number): void {
    this.time += days * 86_400_000;
  }
}

export interface RunningIssuer extends DevelopmentIssuer {
  readonly audience: string;
  readonly people: DevelopmentPeople;
  readonly consortium: Consortium;
  /** The named person, for example `investigator.cn`. */
  person(user: string): DevelopmentPerson;
  /** Ends the server and the issuer; also done when the running test ends. */
  stop(): Promise<void>;
}

/** The development issuer on a free port of this machine, as the gateway mounts it. */
export async function startIssuer(
  directory: string,
  options: { port?: number; loginAttempts?: number } = {},
): Promise<RunningIssuer> {
  const consortium = await loadConsortium(CONSORTIUM_FILE);
  const people = await openDevelopmentPeople(join(directory, 'people.json'), consortium);
  const app = express();
  const server = app.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const audience = `http://127.0.0.1:${port}/v1`;
  const issuer = await openDevelopmentIssuer({
    directory,
    issuer: `http://127.0.0.1:${port}/oidc`,
    audience,
    people,
    ledger: 'embedded',
    listensOn: '127.0.0.1',
    onError: (error) => {
      throw error;
    },
    ...(options.loginAttempts && { loginAttempts: options.loginAttempts }),
  });
  app.use('/oidc', issuer.router);
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    issuer.close();
  };
  onTestFinished(stop);
  const person = (user: string) => people.people.find((entry) => entry.user === user)!;
  return { ...issuer, audience, people, consortium, person, stop };
}

/** Signs a person in as the CLI does, approving the device as a browser does. */
export async function signInPerson(running: RunningIssuer, user: string): Promise<SignIn> {
  const device = await startDeviceSignIn({ issuer: running.issuer, clientId: CLI_CLIENT_ID });
  const { password } = running.person(user);
  await approveDevice({ ...device, user, password });
  return awaitDeviceSignIn({ ...device, intervalSeconds: 1 });
}
