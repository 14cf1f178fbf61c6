/** Members go over to another chaincode program one after the other, as docs/operations.md says. */
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { packProgram } from '../../node-config/fabric/chaincode-package.ts';
import { describeNetwork } from '../../node-config/fabric/native/network.ts';
import { openSite } from '../../node-config/fabric/native/site.ts';
import {
  commitUpgrade,
  NotApproved,
  upgradeMember,
} from '../../node-config/fabric/native/upgrade.ts';
import { keepActing } from './acts.ts';
import {
  CN,
  collectEvidence,
  DE,
  EXCHANGE,
  type GatewayWorld,
  openGatewayWorld,
  SERVER,
  SG,
} from './gateway-world.ts';
import { acquireWith } from './membership-scenes.ts';
import { openSection, type Section } from './operations.ts';
import { fabric } from './test-network.ts';

const root = join(import.meta.dirname, '../..');
const MEMBERS = [CN, SG, DE, EXCHANGE];
const title = `upgrading the chaincode${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

/** The next release beside this one: its contracts say otherwise what they do not find. */
async function makeRelease(directory: string): Promise<string> {
  for (const part of ['package-lock.json', 'chaincode/package.json', 'proof/package.json']) {
    await cp(join(root, part), join(directory, part));
  }
  for (const part of ['chaincode/src', 'proof/src']) {
    await cp(join(root, part), join(directory, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  const file = join(directory, 'chaincode/src/kernel/state.ts');
  const text = await readFile(file, 'utf8');
  const changed = text.replaceAll("'NOT_FOUND', key", "'NOT_FOUND', 'next: '.concat(key)");
  expect(changed).not.toBe(text);
  await writeFile(file, changed);
  return join(directory, 'chaincode/src/server.ts');
}

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let world: GatewayWorld;
  let ledger: LedgerPort;
  let person: Signer;
  let section: Section;
  let next: string;
  beforeAll(async () => {
    world = await openGatewayWorld();
    await world.start(CN);
    await world.init(CN, 'investigator');
    await collectEvidence(world);
    ledger = await world.network.connect(CN);
    person = await world.network.enrol(CN);
    section = await openSection(world, 'Upgrade the chaincode');
    next = await makeRelease(world.at('next'));
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  /** What the contracts of that member's program say of a record that is not there. */
  async function ask(mspId: string): Promise<string> {
    const own = await world.network.connect(mspId);
    const { proposal } = await own.prepare({
      transaction: 'evidence:read',
      args: [utf8('batch/none')],
      creator: person.creator,
    });
    const signed = { bytes: proposal, signature: await person.sign(proposal) };
    const { message } = await own.evaluate(signed).catch((error) => error);
    return message;
  }

  const upgrade = (mspId: string) =>
    section.next(`./scripts/network upgrade ${mspId}`, {
      put: { '../next/chaincode/src/server.ts': next },
    });

  it('is approved member by member, while the old program serves', async () => {
    const stream = keepActing(ledger, person);
    const { version } = await packProgram('tabellion', next);
    const told = await upgrade(CN);
    expect(told).toContain(version);
    expect(told).toContain(`have not approved it: ${SG}, ${DE}, ${EXCHANGE}`);
    expect(await upgrade(SG)).toContain(`have not approved it: ${DE}, ${EXCHANGE}`);
    expect(await ask(CN)).not.toContain('next:');
    await stream.end();
    expect(stream.done).toBeGreaterThan(0);
    expect(stream.setbacks).toEqual([]);
    const nodes = await describeNetwork(world.network.directory);
    expect(nodes.filter(({ running }) => running)).toHaveLength(14);
  }, 180_000);

  it('is in force once a majority has approved it, and names who has not', async () => {
    expect(await upgrade(DE)).toContain(`have not approved it: ${EXCHANGE}`);
    const stream = keepActing(ledger, person);
    const told = await section.next('./scripts/network commit-upgrade');
    expect(told).toContain(`do not endorse until they go over too: ${EXCHANGE}`);
    const before = stream.done;
    await expect.poll(() => stream.done, { timeout: 60_000 }).toBeGreaterThan(before);
    await stream.end();
    for (const mspId of [CN, SG, DE]) expect(await ask(mspId)).toContain('next:');
    expect(await acquireWith(ledger, person, [CN, SG])).toBe('VALID');
    const away = await acquireWith(ledger, person, [CN, EXCHANGE]).catch((error) => error);
    expect(away).toMatchObject({ code: 'UNAVAILABLE' });
    expect(away.message).toContain(EXCHANGE);
  }, 180_000);

  it('lets the others follow', async () => {
    expect(await upgrade(EXCHANGE)).toContain('go over too: nobody');
    section.end();
    await expect
      .poll(() => acquireWith(ledger, person, [CN, EXCHANGE]).catch(({ code }) => code), {
        timeout: 60_000,
      })
      .toBe('VALID');
    const nodes = await describeNetwork(world.network.directory);
    expect(nodes.map(({ running }) => running)).toEqual(MEMBERS.flatMap(() => [true, true, true]));
  }, 180_000);

  it('binds new attestations to the new definition; older proofs still hold', async () => {
    await writeFile(world.at('later.txt'), 'found later');
    await world.run(CN, ['anchor', '--acquisition', await open(), world.at('later.txt')]);
    await world.run(CN, ['trust', 'export', '-o', world.at('later.json')]);
    const trust = JSON.parse(await readFile(world.at('later.json'), 'utf8'));
    expect(trust.definitions.map(({ sequence }: { sequence: number }) => sequence)).toEqual([1, 2]);
    await world.run(CN, ['proof', 'export', world.at('later.txt'), '-o', world.at('new.json')]);
    for (const [proof, file, trusted, exit] of [
      ['proof.json', 'seized/b.txt', 'later.json', 0],
      ['new.json', 'later.txt', 'later.json', 0],
      ['new.json', 'later.txt', 'trust.json', 11],
    ] as const) {
      const verify = ['verify', world.at(proof), '--trust', world.at(trusted)];
      await world.run('court', [...verify, '--file', world.at(file)], exit);
    }
    const report = await world.run(CN, ['audit', '--trust', world.at('later.json')]);
    expect(report).toMatchObject({ outcome: 'CLEAN', findingCounts: { DEFINITION_CHANGED: 1 } });
  }, 180_000);

  it('goes back to the earlier program in the same way', async () => {
    const site = openSite({ directory: world.network.directory, binaries: fabric.binaries! });
    // Nothing is to be done for a program that a member runs already.
    const same = await upgradeMember(site, CN, next);
    expect(same).toMatchObject({ sequence: 2, committed: true, missing: [] });
    await expect(commitUpgrade(site)).rejects.toThrow(NotApproved);
    await upgradeMember(site, CN, SERVER);
    await expect(commitUpgrade(site)).rejects.toThrow(`is approved by ${CN}`);
    for (const mspId of [SG, DE]) await upgradeMember(site, mspId, SERVER);
    const back = await commitUpgrade(site);
    expect(back).toMatchObject({ sequence: 3, committed: true, missing: [EXCHANGE] });
    expect(await ask(CN)).not.toContain('next:');
    expect(await acquireWith(ledger, person, [CN, SG])).toBe('VALID');
  }, 180_000);

  async function open(): Promise<string> {
    const { id } = await world.run(CN, [
      ...['acquire', '--case', 'TEST/2026/3', '--legal-basis', 'cn-cpl-136@1'],
      ...['--method', 'device-imaging@1', '--standard', 'iso-iec-27037@1', '--route', 'DOMESTIC'],
      ...['--system', 'CN', '--publicly-released', 'NO', '--reason', 'search of the office'],
    ]);
    return id;
  }
});
