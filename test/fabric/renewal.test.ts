/** Members renew keys and certificates one after the other, as docs/operations.md says. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import { keepActing } from './acts.ts';
import { CN, collectEvidence, type GatewayWorld, openGatewayWorld, SG } from './gateway-world.ts';
import { acquireWith } from './membership-scenes.ts';
import { openSection, type Section } from './operations.ts';
import { fabric } from './test-network.ts';

/** One after the other; the first is the one whose gateway and proofs are looked at. */
const RENEWED = [CN, SG];
const title = `renewing certificates${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let world: GatewayWorld;
  let section: Section;
  let person: Signer;
  let cn: LedgerPort;
  let sg: LedgerPort;
  let before: Map<string, string>;
  beforeAll(async () => {
    world = await openGatewayWorld();
    await world.start(CN);
    await world.init(CN, 'investigator');
    await collectEvidence(world);
    person = await world.network.enrol(CN);
    cn = await world.network.connect(CN);
    sg = await world.network.connect(SG);
    section = await openSection(world, 'Renew certificates');
    before = await readSerials();
  }, 240_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  /** Serial numbers of all that members run, by file. */
  async function readSerials(): Promise<Map<string, string>> {
    const files = RENEWED.flatMap((mspId) => {
      const { admin, gateway, peer, orderer, chaincode } = layoutMember(
        world.network.directory,
        mspId,
      );
      return [
        ...[admin, gateway, peer, orderer].map((home) => join(home, 'msp/signcerts/cert.pem')),
        ...[peer, orderer, chaincode].map((home) => join(home, 'tls/server.crt')),
      ];
    });
    const serials = files.map(async (file) => {
      const { serialNumber } = new X509Certificate(await readFile(file));
      return [file, serialNumber] as const;
    });
    return new Map(await Promise.all(serials));
  }

  it('is told when it will be due', async () => {
    const told = await section.next('./scripts/network status');
    expect(told.match(/certificates until \d{4}-\d\d-\d\d$/gm)).toHaveLength(12);
  });

  it.each(RENEWED)('of %s, while the others go on', async (mspId) => {
    const stream = keepActing(mspId === CN ? sg : cn, person);
    const told = await section.next(`./scripts/network renew-certificates ${mspId}`);
    expect(told).toContain('renewed');
    const done = stream.done;
    await expect.poll(() => stream.done, { timeout: 60_000 }).toBeGreaterThan(done);
    await stream.end();
    // The renewed member endorses, and its own gateway acts.
    const other = mspId === SG ? CN : SG;
    expect(await acquireWith(cn, person, [mspId, other])).toBe('VALID');
  }, 240_000);

  it('replaces every key and certificate, but not the authorities', async () => {
    section.end();
    const after = await readSerials();
    for (const [file, serial] of before) expect(after.get(file), file).not.toBe(serial);
  });

  it('leaves a ledger that an audit finds whole, and proofs that hold', async () => {
    await world.start(CN);
    await world.init(CN, 'auditor', 'auditor');
    await world.run('auditor', ['trust', 'export', '-o', world.at('later.json')]);
    const report = await world.run('auditor', ['audit', '--trust', world.at('later.json')]);
    expect(report).toMatchObject({ outcome: 'CLEAN', findingCounts: { CONFIGURATION_CHANGED: 2 } });
    for (const trust of ['trust.json', 'later.json']) {
      const file = ['--file', world.at('seized/b.txt')];
      const verify = ['verify', world.at('proof.json'), '--trust', world.at(trust), ...file];
      expect(await world.run('court', verify)).toMatchObject({ code: 'INTACT' });
    }
  }, 240_000);
});
