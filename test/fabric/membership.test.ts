/** The life of a consortium on Fabric, by the commands that docs/operations.md gives. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { versionOf } from '../../node-config/fabric/chaincode-package.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import { createAdmin } from '../../node-config/fabric/native/admin.ts';
import { readState } from '../../node-config/fabric/native/state.ts';
import { formatEndorsementPolicy } from '../../node-config/fabric/policy.ts';
import {
  CN,
  collectEvidence,
  DE,
  EXCHANGE,
  type GatewayWorld,
  openGatewayWorld,
  SG,
} from './gateway-world.ts';
import { ADMIT, acquireWith, decideBy, FR } from './membership-scenes.ts';
import { openSection, type Section } from './operations.ts';
import { fabric } from './test-network.ts';

const STATES = [CN, SG, DE];
const program = join(import.meta.dirname, '../../scripts/network.ts');
const title = `the life of a consortium${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let world: GatewayWorld;
  let ledger: LedgerPort;
  let person: Signer;
  beforeAll(async () => {
    world = await openGatewayWorld();
    for (const mspId of STATES) {
      await world.start(mspId);
      await world.init(mspId, 'delegate', `delegate-${mspId}`);
    }
    await world.init(CN, 'investigator');
    ledger = await world.network.connect(CN);
    person = await world.network.enrol(CN);
  }, 240_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  /** `scripts/network COMMAND`; rejects with what it said. */
  const network = (...args: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const all = [program, ...args, '--dir', world.network.directory];
      execFile(process.execPath, all, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr));
        else resolve(stdout);
      });
    });

  const decide = (change: readonly string[]) => decideBy(world, STATES, change);

  /** The section's proposal, made by CN's delegate, and the votes for it. */
  async function decideAsWritten(section: Section, put: Readonly<Record<string, string>> = {}) {
    const propose = './scripts/tabellion member propose';
    const id = (await section.next(propose, { as: `delegate-${CN}`, put })).trim();
    const as = STATES.map((mspId) => `delegate-${mspId}`);
    await section.next('./scripts/tabellion member vote', { as, put: { PROPOSAL: id } });
  }

  const actWith = (endorsers: readonly string[], signer = person) =>
    acquireWith(ledger, signer, endorsers);

  async function approveAs(mspId: string, sequence: number, states: readonly string[]) {
    const { directory } = world.network;
    const state = (await readState(directory))!;
    const admin = createAdmin(directory, fabric.binaries!, AbortSignal.timeout(30_000));
    const counted = states.map((one) => ({ mspId: one, kind: 'STATE' }));
    const policy = formatEndorsementPolicy(counted, 2);
    const definition = {
      channel: state.channel,
      name: state.chaincode,
      version: versionOf(state.chaincode, state.packageId),
    };
    const nodes = state.members.find((member) => member.mspId === mspId)!;
    await admin.approve(nodes, { ...definition, sequence, policy }, state.packageId);
  }

  it('admits nobody for whom the members have not voted', async () => {
    await expect(network('add-member', FR)).rejects.toThrow('is no member');
    await expect(network('suspend-member', EXCHANGE)).rejects.toThrow('is ACTIVE');
  }, 240_000);

  it('admits a fifth member: nodes, channel, consenter, and its endorsements count', async () => {
    await collectEvidence(world);
    await writeFile(world.at('admit.json'), JSON.stringify(ADMIT));
    const section = await openSection(world, 'Admit a member');
    await decideAsWritten(section, { 'admit.json': world.at('admit.json') });
    const told = await section.next(`./scripts/network add-member ${FR}`);
    expect(told).toContain('its endorsements count');
    section.end();
    expect(await actWith([CN, FR])).toBe('VALID');
    const nodes = JSON.parse(await network('status', '--json'));
    expect(nodes.filter(({ running }: { running: boolean }) => running)).toHaveLength(15);
  }, 240_000);

  it('orders with five consenters, one of the first four stopped', async () => {
    await network('stop', `orderer.${DE}`);
    try {
      expect(await actWith([SG, FR])).toBe('VALID');
    } finally {
      await network('start', `orderer.${DE}`);
    }
  }, 240_000);

  it('no longer counts the endorsements of a suspended member, and counts them again', async () => {
    expect(await actWith([CN, EXCHANGE])).toBe('VALID');
    const section = await openSection(world, 'Suspend a member, and resume it');
    await decideAsWritten(section);
    const suspended = await section.next(`./scripts/network suspend-member ${EXCHANGE}`);
    expect(suspended).toContain('definition 3');
    expect(await actWith([CN, FR])).toBe('VALID');
    // Its peer stays out of the way, unless its administrator approves the definition without it.
    const away = await actWith([CN, EXCHANGE]).catch(({ code }) => code);
    expect(away).toBe('UNAVAILABLE');
    await approveAs(EXCHANGE, 3, [...STATES, FR]);
    const code = () => actWith([CN, EXCHANGE]).catch((error) => error.code);
    await expect.poll(code, { timeout: 60_000 }).toBe('ENDORSEMENT_POLICY_FAILURE');

    await decide(['--resume', EXCHANGE]);
    const resumed = await section.next(`./scripts/network resume-member ${EXCHANGE}`);
    expect(resumed).toContain('definition 4');
    section.end();
    await expect.poll(code, { timeout: 60_000 }).toBe('VALID');
  }, 240_000);

  it('puts a revocation in force for every member', async () => {
    const { ca } = layoutMember(world.network.directory, CN);
    const thief = await world.network.enrol(CN);
    expect(await actWith([CN, SG], thief)).toBe('VALID');
    const authority = await MemberCa.open({ directory: ca, mspId: CN, embedded: false });
    await authority.revoke(new X509Certificate(thief.certificate).serialNumber, 'keyCompromise');
    const section = await openSection(world, "Revoke a person's certificate");
    const told = await section.next(`./scripts/network publish-crl ${CN}`);
    expect(told).toContain('in force on the channel');
    section.end();
    expect(await network('publish-crl', CN)).toContain('already');
    await expect
      .poll(() => actWith([CN, SG], thief).catch(({ code }) => code), { timeout: 60_000 })
      .toBe('IDENTITY_REFUSED');
    expect(await actWith([CN, SG])).toBe('VALID');
  }, 240_000);

  it('restores a peer from its backup, which catches up by itself', async () => {
    const section = await openSection(world, 'Back up and restore a node');
    const put = { backup: world.at('backup') };
    await section.next('./scripts/network stop');
    await section.next('cp -a data/fabric', { put });
    await section.next('./scripts/network start');
    expect(await actWith([CN, DE])).toBe('VALID');
    await section.next('./scripts/network stop');
    await section.next('rm -r data/fabric');
    await section.next('cp -a backup', { put });
    await section.next('./scripts/network start');
    section.end();
    const restored = await world.network.connect(SG);
    const height = await ledger.height();
    await expect
      .poll(() => restored.height().catch(() => 0), { timeout: 60_000 })
      .toBeGreaterThanOrEqual(height);
    await expect
      .poll(() => actWith([CN, SG]).catch(({ code }) => code), { timeout: 60_000 })
      .toBe('VALID');
  }, 240_000);

  it('leaves a ledger that an audit finds whole, and proofs that hold', async () => {
    await world.run(CN, ['trust', 'export', '-o', world.at('later.json')]);
    const trust = JSON.parse(await readFile(world.at('later.json'), 'utf8'));
    expect(trust.members).toHaveLength(5);
    expect(trust.definitions.map(({ members }: { members: string[] }) => members)).toEqual([
      [CN, DE, EXCHANGE, SG],
      [CN, DE, EXCHANGE, FR, SG],
      [CN, DE, FR, SG],
      [CN, DE, EXCHANGE, FR, SG],
    ]);
    const report = await world.run(CN, ['audit', '--trust', world.at('later.json')]);
    expect(report).toMatchObject({
      outcome: 'CLEAN',
      break: null,
      findingCounts: { CONFIGURATION_CHANGED: 2, DEFINITION_CHANGED: 3 },
    });
    const file = ['--file', world.at('seized/b.txt')];
    const verify = ['verify', world.at('proof.json'), '--trust', world.at('later.json'), ...file];
    expect(await world.run('court', verify)).toMatchObject({ code: 'INTACT' });
  }, 60_000);
});
