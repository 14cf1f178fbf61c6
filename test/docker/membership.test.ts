/** The life of a consortium in containers, by the commands of `scripts/network --docker`. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import {
  CN,
  CONSORTIUM,
  collectEvidence,
  DE,
  EXCHANGE,
  type GatewayWorld,
  openGateways,
  SG,
} from '../fabric/gateway-world.ts';
import { ADMIT, acquireWith, decideBy, FR } from '../fabric/membership-scenes.ts';
import { type ComposeNetwork, createComposeNetwork, docker } from './compose-network.ts';

const STATES = [CN, SG, DE];
const program = join(import.meta.dirname, '../../scripts/network.ts');
const title = `the life of a consortium in containers${
  docker.missing ? ` (skipped: ${docker.missing})` : ''
}`;

describe.skipIf(docker.missing !== undefined)(title, () => {
  let containers: ComposeNetwork;
  let world: GatewayWorld;
  let ledger: LedgerPort;
  let person: Signer;
  beforeAll(async () => {
    containers = await createComposeNetwork({ consortium: await loadConsortium(CONSORTIUM) });
    world = await openGateways(containers);
    for (const mspId of STATES) {
      await world.start(mspId);
      await world.init(mspId, 'delegate', `delegate-${mspId}`);
    }
    await world.init(CN, 'investigator');
    ledger = await containers.connect(CN);
    person = await containers.enrol(CN);
  }, 420_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 120_000);

  /** `scripts/network COMMAND --docker`; rejects with what it said. */
  const network = (...args: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const all = [program, ...args, '--docker', '--dir', containers.directory];
      const env = { ...process.env, ...containers.environment };
      execFile(process.execPath, all, { env }, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr));
        else resolve(stdout);
      });
    });
  const decide = (change: readonly string[]) => decideBy(world, STATES, change);
  const actWith = (endorsers: readonly string[], signer = person) =>
    acquireWith(ledger, signer, endorsers);

  it('gives a proof that verifies', async () => {
    await collectEvidence(world);
    const file = ['--file', world.at('seized/b.txt')];
    const verify = ['verify', world.at('proof.json'), '--trust', world.at('trust.json'), ...file];
    expect(await world.run('court', verify)).toMatchObject({ code: 'INTACT' });
  }, 120_000);

  it('admits nobody for whom the members have not voted', async () => {
    await expect(network('add-member', FR)).rejects.toThrow('is no member');
    await expect(network('suspend-member', EXCHANGE)).rejects.toThrow('is ACTIVE');
    expect(await network('status')).not.toContain(FR);
  }, 240_000);

  it('admits a fifth member: containers, channel, consenter, and its endorsements count', async () => {
    await writeFile(world.at('admit.json'), JSON.stringify(ADMIT));
    await decide(['--input', world.at('admit.json')]);
    expect(await network('add-member', FR)).toContain('its endorsements count');
    expect(await actWith([CN, FR])).toBe('VALID');
    await network('stop', `orderer.${DE}`);
    expect(await actWith([SG, FR])).toBe('VALID');
    await network('start', `orderer.${DE}`);
    const nodes = JSON.parse(await network('status', '--json'));
    expect(nodes.filter(({ running }: { running: boolean }) => running)).toHaveLength(15);
  }, 360_000);

  it('no longer counts the endorsements of a suspended member', async () => {
    await decide(['--suspend', EXCHANGE]);
    expect(await network('suspend-member', EXCHANGE)).toContain('definition 3');
    expect(await actWith([CN, FR])).toBe('VALID');
    expect(await actWith([CN, EXCHANGE]).catch(({ code }) => code)).toBe('UNAVAILABLE');
  }, 180_000);

  it('puts a revocation in force for every member', async () => {
    const { ca } = layoutMember(containers.directory, CN);
    const thief = await containers.enrol(CN);
    const authority = await MemberCa.open({ directory: ca, mspId: CN, embedded: false });
    await authority.revoke(new X509Certificate(thief.certificate).serialNumber, 'keyCompromise');
    expect(await network('publish-crl', CN)).toContain('in force on the channel');
    expect(await network('publish-crl', CN)).toContain('already');
    await expect
      .poll(() => actWith([CN, SG], thief).catch(({ code }) => code), { timeout: 60_000 })
      .toBe('IDENTITY_REFUSED');
    expect(await actWith([CN, SG])).toBe('VALID');
  }, 180_000);

  it('starts again with the member that joined', async () => {
    await network('down');
    await network('up');
    ledger = await containers.connect(CN);
    await expect
      .poll(() => actWith([CN, FR]).catch(({ code }) => code), { timeout: 120_000 })
      .toBe('VALID');
  }, 300_000);
});
