/** What a member's gateway and its auditors make of their own peer and of what others put on the channel. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { canonicalBytes } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftAcquisition } from '../../gateway/src/evidence/testing.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { openConnection } from '../../gateway/src/ledger/fabric/connection.ts';
import { encodePrepared } from '../../gateway/src/ledger/fabric/message.ts';
import { readPeerBlocks } from '../../gateway/src/ledger/peer-blocks.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { describeMember } from '../../node-config/fabric/native/connect.ts';
import { enrolStranger } from '../conformance/embedded-network.ts';
import { controlNodes, type Nodes } from './faults/nodes.ts';
import {
  CN,
  collectEvidence,
  DE,
  type GatewayWorld,
  openGatewayWorld,
  SG,
} from './gateway-world.ts';
import { acquireWith, decideBy } from './membership-scenes.ts';
import { openSection } from './operations.ts';
import { fabric } from './test-network.ts';

const STATES = [CN, SG, DE];
const program = join(import.meta.dirname, '../../scripts/network.ts');
const title = `a member’s own peer${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let world: GatewayWorld;
  let nodes: Nodes;
  let ledger: LedgerPort;
  let person: Signer;
  beforeAll(async () => {
    world = await openGatewayWorld();
    const { directory } = world.network;
    nodes = controlNodes({ directory, binaries: fabric.binaries! });
    for (const mspId of STATES) {
      await world.start(mspId);
      await world.init(mspId, 'delegate', `delegate-${mspId}`);
    }
    await world.init(CN, 'investigator');
    ledger = await world.network.connect(CN);
    person = await world.network.enrol(CN);
    await collectEvidence(world);
  }, 180_000);
  afterAll(async () => {
    await nodes?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  }, 60_000);

  const network = (...args: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const all = [program, ...args, '--dir', world.network.directory];
      execFile(process.execPath, all, (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(stdout),
      );
    });

  const trustFile = () => world.at('trust.json');
  const exportTrust = () => world.run(CN, ['trust', 'export', '-o', trustFile(), '--force']);
  const readAgain = async (home: string, mspIds: readonly string[], exit = 0) => {
    const peers = await Promise.all(
      mspIds.map((one) => describeMember(world.network.directory, one)),
    );
    await writeFile(world.at('roots.pem'), peers.map(({ peer }) => peer.tlsRoot).join(''));
    const addresses = peers.map(({ peer }) => peer.address.replace('127.0.0.1', 'localhost'));
    const from = addresses.flatMap((address) => ['--from-peer', address]);
    const args = ['audit', ...from, '--tls-root', world.at('roots.pem'), '--trust', trustFile()];
    return { addresses, report: await world.run(home, args, exit) };
  };

  it('is read again from block 0 by an auditor of the member, beside a peer of another', async () => {
    await world.init(CN, 'auditor', 'auditor');
    const { addresses, report } = await readAgain('auditor', [CN, SG]);
    expect(report).toMatchObject({ outcome: 'CLEAN', counts: { batches: 1, items: 3 } });
    const { height } = report;
    expect(report.sources).toEqual(addresses.map((name) => ({ name, height })));

    const section = await openSection(world, 'Audit the channel');
    const roots = { 'tls-roots.pem': world.at('tls-roots.pem') };
    await section.next('cat', { files: roots });
    const told = await section.next('./scripts/tabellion audit', {
      as: 'auditor',
      put: { 'localhost:7051': addresses[0]!, 'localhost:7151': addresses[1]! },
      files: { ...roots, 'trust.json': trustFile() },
    });
    expect(told).toContain(addresses[1]);
    section.end();
  });

  it('shows its blocks to nobody else', async () => {
    const { peer } = await describeMember(world.network.directory, CN);
    const signer = await enrolStranger(world.network.directory, CN);
    const first = readPeerBlocks({ peer, channel: 'evidence', signer }).next();
    await expect(first).rejects.toMatchObject({ code: 'IDENTITY_REFUSED' });
  });

  it('is no clean ledger while it is stopped', async () => {
    await nodes.stop(`peer.${SG}`);
    try {
      const { report } = await readAgain('auditor', [CN, SG], 1);
      expect(report.error.code).toBe('UNAVAILABLE');
    } finally {
      await nodes.start(`peer.${SG}`);
    }
  }, 60_000);

  it('follows a transaction whose submitter encoded it oddly, as every peer does', async () => {
    const described = await describeMember(world.network.directory, CN);
    const input = draftAcquisition('CN', 'cn-cpl-136');
    const { proposal } = await ledger.prepare({
      transaction: 'evidence:acquire',
      args: [canonicalBytes(input as never)],
      creator: person.creator,
    });
    const signed = { bytes: proposal, signature: await person.sign(proposal) };
    const { txId, payload } = await ledger.endorse(signed);
    // A field that Fabric does not know, where only the submitter signs.
    const bytes = Buffer.concat([payload, Buffer.from([0x78, 0x01])]);
    const odd = { bytes, signature: await person.sign(bytes) };
    await expect(ledger.submit(odd)).rejects.toMatchObject({ code: 'BAD_PROPOSAL' });
    const { gateway, close } = openConnection(described.peer, described.service);
    await gateway.newSignedTransaction(encodePrepared(txId, odd), odd.signature).submit();
    close();
    expect(await ledger.status(txId)).toMatchObject({ code: 'VALID' });
    const shown = () => world.run(CN, ['evidence', 'show', input.id]).catch(() => undefined);
    await expect.poll(shown, { timeout: 10_000 }).toMatchObject({ record: { id: input.id } });
  }, 60_000);

  it('tells who revokes that the channel does not have it yet, until it has', async () => {
    const { serial } = (await world.run('auditor', ['whoami'])).certificate;
    const revoked = await world.run('auditor', [
      ...['member', 'revoke', serial, '--reason', 'keyCompromise'],
    ]);
    expect(revoked).toMatchObject({ serial, ledger: 'PENDING' });
    expect(await world.run(CN, ['status'])).toMatchObject({ ready: true, pendingRevocations: 1 });
    await network('publish-crl', CN);
    const pending = async () => (await world.run(CN, ['status'])).pendingRevocations;
    await expect.poll(pending, { timeout: 20_000 }).toBe(0);
  }, 60_000);

  it('asks as many members as they agreed on, once the definition says so', async () => {
    await decideBy(world, STATES, ['--set', 'endorsementThreshold=3']);
    await world.run(CN, ['trust', 'export', '-o', world.at('voted.json')]);
    await network('resume-member', SG);
    await exportTrust();
    const read = async (name: string) => JSON.parse(await readFile(world.at(name), 'utf8'));
    expect((await read('voted.json')).definitions).toMatchObject([{ endorsementThreshold: 2 }]);
    const trust = await read('trust.json');
    expect(trust.endorsementThreshold).toBe(3);
    expect(trust.definitions[0]).toMatchObject({ sequence: 1, endorsementThreshold: 2 });
    expect(trust.definitions[1]).not.toHaveProperty('endorsementThreshold');

    const { id } = await world.run(CN, [
      ...['acquire', '--case', 'TEST/2026/2', '--legal-basis', 'cn-cpl-136@1'],
      ...['--method', 'device-imaging@1', '--standard', 'iso-iec-27037@1', '--route', 'DOMESTIC'],
      ...['--system', 'CN', '--publicly-released', 'NO', '--reason', 'search of the office'],
    ]);
    await writeFile(world.at('later.txt'), 'later');
    await world.run(CN, ['anchor', '--acquisition', id, world.at('later.txt')]);
    await world.run(CN, ['proof', 'export', world.at('later.txt'), '-o', world.at('later.json')]);
    const verify = (name: string) =>
      world.run('court', ['verify', world.at(name), '--trust', trustFile()]);
    expect(await verify('later.json')).toMatchObject({ claims: { endorsers: { length: 3 } } });
    expect(await verify('proof.json')).toMatchObject({ claims: { endorsers: { length: 2 } } });
  }, 120_000);

  it('is found clean past all that, and refuses the auditor whose certificate was revoked', async () => {
    const { report } = await readAgain(CN, [CN, DE]);
    expect(report).toMatchObject({
      outcome: 'CLEAN',
      findingCounts: { ODD_ENCODING: 1, CONFIGURATION_CHANGED: 1, DEFINITION_CHANGED: 1 },
    });
    const refused = await readAgain('auditor', [CN], 1);
    expect(refused.report.error.code).toBe('IDENTITY_REFUSED');
  }, 60_000);

  /** What became of a call and how long it took. */
  const timed = async (call: () => Promise<unknown>) => {
    const began = Date.now();
    const result = await call().then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
    return { result, seconds: (Date.now() - began) / 1000 };
  };

  it('keeps nobody waiting for ever when it stops answering, and goes on when it answers', async () => {
    await nodes.pause(`peer.${CN}`);
    const calls = {
      height: () => ledger.height(),
      endorse: () => acquireWith(ledger, person, [CN, SG]),
      attest: () => acquireWith(ledger, person),
      status: () => ledger.status('0'.repeat(64), { signal: AbortSignal.timeout(8000) }),
    };
    const results = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [name, await timed(call)] as const),
    );
    await nodes.resume(`peer.${CN}`);
    for (const [name, { result, seconds }] of results) {
      expect(result, name).toBe(name === 'status' ? 'UNKNOWN' : 'UNAVAILABLE');
      expect(seconds, name).toBeLessThan(40);
    }
    await expect
      .poll(() => acquireWith(ledger, person).catch(({ code }) => code), { timeout: 30_000 })
      .toBe('VALID');
  }, 120_000);
});
