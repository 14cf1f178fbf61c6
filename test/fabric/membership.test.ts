/** The life of a consortium on Fabric, by the commands that docs/operations.md gives. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { canonicalBytes } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
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
import { fabric } from './test-network.ts';

const FR = 'FrAgencyMSP';
const STATES = [CN, SG, DE];
const ADMIT = {
  kind: 'ADMIT',
  mspId: FR,
  name: 'Evidence Agency FR',
  jurisdiction: 'FR',
  memberKind: 'STATE',
  profile: {
    acceptedOrders: [{ kind: 'PRESERVE' }],
    acceptedAuthorisations: ['JUDICIAL'],
    adoptedStandards: [{ id: 'iso-iec-27037', version: 1 }],
    schemaVersions: { evidence: [1], member: [1] },
  },
};
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
  }, 120_000);
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

  async function decide(change: readonly string[]) {
    const because = ['--legal-basis', 'founding-agreement@1', '--reason', 'agreed by treaty'];
    const { id } = await world.run(`delegate-${CN}`, ['member', 'propose', ...change, ...because]);
    for (const mspId of STATES) {
      const vote = ['member', 'vote', id, '--choice', 'YES', '--reason', 'agreed'];
      await world.run(`delegate-${mspId}`, vote);
    }
  }

  /** Opens an acquisition with these members' endorsements; the validation code that it got. */
  async function actWith(endorsers: readonly string[], signer = person) {
    const input = {
      ...ACQUISITION,
      id: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
    };
    const { proposal } = await ledger.prepare({
      transaction: 'evidence:acquire',
      args: [canonicalBytes({ ...input, startedAt: Date.now() - 1000 })],
      creator: signer.creator,
    });
    const signed = { bytes: proposal, signature: await signer.sign(proposal) };
    const { txId, payload } = await ledger.endorse(signed, { endorsers });
    await ledger.submit({ bytes: payload, signature: await signer.sign(payload) });
    return (await ledger.status(txId)).code;
  }

  async function approveAs(mspId: string, sequence: number, states: readonly string[]) {
    const { directory } = world.network;
    const state = (await readState(directory))!;
    const admin = createAdmin(directory, fabric.binaries!, AbortSignal.timeout(30_000));
    const counted = states.map((one) => ({ mspId: one, kind: 'STATE' }));
    const policy = formatEndorsementPolicy(counted, 2);
    const definition = { channel: state.channel, name: state.chaincode, version: '1' };
    const nodes = state.members.find((member) => member.mspId === mspId)!;
    await admin.approve(nodes, { ...definition, sequence, policy }, state.packageId);
  }

  it('admits nobody for whom the members have not voted', async () => {
    await expect(network('add-member', FR)).rejects.toThrow('is no member');
    await expect(network('suspend-member', EXCHANGE)).rejects.toThrow('is ACTIVE');
  }, 60_000);

  it('admits a fifth member: nodes, channel, consenter, and its endorsements count', async () => {
    await collectEvidence(world);
    await writeFile(world.at('admit.json'), JSON.stringify(ADMIT));
    await decide(['--input', world.at('admit.json')]);
    expect(await network('add-member', FR)).toContain('its endorsements count');
    expect(await actWith([CN, FR])).toBe('VALID');
    const nodes = JSON.parse(await network('status', '--json'));
    expect(nodes.filter(({ running }: { running: boolean }) => running)).toHaveLength(15);
  }, 120_000);

  it('orders with five consenters, one of the first four stopped', async () => {
    await network('stop', `orderer.${DE}`);
    try {
      expect(await actWith([SG, FR])).toBe('VALID');
    } finally {
      await network('start', `orderer.${DE}`);
    }
  }, 60_000);

  it('no longer counts the endorsements of a suspended member, and counts them again', async () => {
    expect(await actWith([CN, EXCHANGE])).toBe('VALID');
    await decide(['--suspend', EXCHANGE]);
    expect(await network('suspend-member', EXCHANGE)).toContain('definition 3');
    expect(await actWith([CN, FR])).toBe('VALID');
    // Its peer stays out of the way, unless its administrator approves the definition without it.
    const away = await actWith([CN, EXCHANGE]).catch(({ code }) => code);
    expect(away).toBe('UNAVAILABLE');
    await approveAs(EXCHANGE, 3, [...STATES, FR]);
    const code = () => actWith([CN, EXCHANGE]).catch((error) => error.code);
    await expect.poll(code, { timeout: 20_000 }).toBe('ENDORSEMENT_POLICY_FAILURE');

    await decide(['--resume', EXCHANGE]);
    expect(await network('resume-member', EXCHANGE)).toContain('definition 4');
    await expect.poll(code, { timeout: 20_000 }).toBe('VALID');
  }, 120_000);

  it('puts a revocation in force for every member', async () => {
    const { ca } = layoutMember(world.network.directory, CN);
    const thief = await world.network.enrol(CN);
    expect(await actWith([CN, SG], thief)).toBe('VALID');
    const authority = await MemberCa.open({ directory: ca, mspId: CN, embedded: false });
    await authority.revoke(new X509Certificate(thief.certificate).serialNumber, 'keyCompromise');
    expect(await network('publish-crl', CN)).toContain('in force on the channel');
    expect(await network('publish-crl', CN)).toContain('already');
    await expect
      .poll(() => actWith([CN, SG], thief).catch(({ code }) => code), { timeout: 10_000 })
      .toBe('IDENTITY_REFUSED');
    expect(await actWith([CN, SG])).toBe('VALID');
  }, 60_000);

  it('restores a peer from its backup, which catches up by itself', async () => {
    const { peer } = layoutMember(world.network.directory, SG);
    await network('stop', `peer.${SG}`);
    await cp(peer, world.at('backup'), { recursive: true });
    await network('start', `peer.${SG}`);
    expect(await actWith([CN, DE])).toBe('VALID');
    await network('stop', `peer.${SG}`);
    await rm(peer, { recursive: true });
    await cp(world.at('backup'), peer, { recursive: true });
    await network('start', `peer.${SG}`);
    const restored = await world.network.connect(SG);
    const height = await ledger.height();
    await expect
      .poll(() => restored.height().catch(() => 0), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(height);
    await expect
      .poll(() => actWith([CN, SG]).catch(({ code }) => code), { timeout: 20_000 })
      .toBe('VALID');
  }, 90_000);

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

const ACQUISITION = {
  case: 'TEST/2026/2',
  legalBases: [{ id: 'cn-cpl-136', version: 1 }],
  reason: 'search of the office',
  grounds: [],
  route: 'DOMESTIC',
  method: { id: 'device-imaging', version: 1 },
  purposes: [],
  publiclyReleased: 'NO',
  extent: { kind: 'SELECTIVE' },
  volatility: 'ORDINARY',
  standard: { id: 'iso-iec-27037', version: 1 },
  tools: [],
  recordings: [],
  witnesses: [],
  location: {
    systemJurisdiction: 'CN',
    mediumLocation: 'CN',
    source: { class: 'STANDALONE' },
  },
};
