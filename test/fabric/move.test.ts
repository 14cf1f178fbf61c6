/** An agency goes from the embedded ledger to Fabric, as docs/operations.md says. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../gateway/src/cli/testing.ts';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { approveDevice } from '../../gateway/src/identity/device-approval.ts';
import { signerFromPem } from '../../gateway/src/identity/key.ts';
import { type RunningNode, startNode } from '../../gateway/src/node/start-node.ts';
import { CN, CONSORTIUM, type GatewayWorld, openGatewayWorld, SG } from './gateway-world.ts';
import { acquireWith } from './membership-scenes.ts';
import { openSection, type Section } from './operations.ts';
import { fabric } from './test-network.ts';

const USER = 'investigator.cn';
const title = `moving to Fabric${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let world: GatewayWorld;
  let embedded: RunningNode;
  let section: Section;
  beforeAll(async () => {
    world = await openGatewayWorld();
    embedded = await startEmbedded();
    await signIn(['init', '--gateway', embedded.address, '--trust-on-first-use']);
    await mkdir(world.at('seized'));
    await writeFile(world.at('seized/old.txt'), 'seized before the move');
    const { id } = await world.run(CN, [
      ...['acquire', '--case', 'TEST/2025/1', '--legal-basis', 'cn-cpl-136@1'],
      ...['--method', 'device-imaging@1', '--standard', 'iso-iec-27037@1', '--route', 'DOMESTIC'],
      ...['--system', 'CN', '--publicly-released', 'NO', '--reason', 'search of the office'],
    ]);
    await world.run(CN, ['anchor', '--acquisition', id, world.at('seized')]);
    await world.run(CN, ['close', id, '--reason', 'all was collected']);
    await world.run(CN, [
      'proof',
      'export',
      world.at('seized/old.txt'),
      '-o',
      world.at('old.json'),
    ]);
    section = await openSection(world, 'Move an agency from the embedded ledger');
  }, 120_000);
  afterAll(async () => {
    await embedded?.close();
    await world?.[Symbol.asyncDispose]();
  }, 180_000);

  const startEmbedded = () =>
    startNode({
      ...{ directory: world.at('embedded'), consortium: CONSORTIUM, port: 0 },
      logger: pino({ level: 'silent' }),
    });

  /** At the embedded consortium, with a browser beside the terminal. */
  async function signIn(args: readonly string[]) {
    const { password } = embedded.people.people.find(({ user }) => user === USER)!;
    let approving: Promise<void> | undefined;
    const { exit, stdout } = await runCli([...args, '--progress', 'json', '--json'], {
      home: world.at(`home-${CN}`),
      onStderr: (text) => {
        const { verificationUri, userCode } = JSON.parse(text).signIn;
        approving = approveDevice({ verificationUri, userCode, user: USER, password });
      },
    });
    await approving;
    expect(exit, stdout).toBe(0);
  }

  /** The section's next command, with the files of this run; also as in `put`. */
  function next(start: string, put: Readonly<Record<string, string>> = {}) {
    const files = ['archive', 'moved.json', 'fabric-trust.json'].map((name) => [
      name,
      world.at(name),
    ]);
    return section.next(start, { as: CN, put, files: Object.fromEntries(files) });
  }

  it('archives the ledger as a whole, and finds it so', async () => {
    await next('mkdir');
    await next('./scripts/tabellion trust export');
    await embedded.close();
    await next('cp -r data/ledger', { 'data/ledger': world.at('embedded/ledger') });
    const manifests = world.at(`embedded/gateway/manifests/${CN}`);
    await next('cp -r data/gateway', { [`data/gateway/manifests/${CN}`]: manifests });
    await next('./scripts/tabellion audit');
    const report = JSON.parse(await readFile(world.at('archive/audit.json'), 'utf8'));
    expect(report).toMatchObject({
      outcome: 'CLEAN',
      ledger: 'embedded',
      manifests: { checked: 1 },
    });
    expect(report.head).toMatch(/^[0-9a-f]{64}$/);
    expect((await readdir(world.at('archive'))).sort()).toEqual([
      ...['audit.json', 'ledger', 'manifests', 'trust.json'],
    ]);
  }, 180_000);

  it('enrols people anew, and anchors the archive', async () => {
    const { address } = await world.start(CN);
    world.issuer.become({ member: CN, role: 'investigator' });
    await next('./scripts/tabellion --profile fabric init', {
      'http://127.0.0.1:8081': address,
      'https://login.agency.example': world.issuer.issuer,
    });
    const acquired = await next('./scripts/tabellion --profile fabric acquire');
    const [id] = /\b[0-9a-f]{32}\b/.exec(acquired)!;
    await next('./scripts/tabellion --profile fabric anchor', { ' ID ': ` ${id} ` });
    await next('./scripts/tabellion --profile fabric close', { ' ID ': ` ${id} ` });
    await next('./scripts/tabellion --profile fabric proof export');
    await next('./scripts/tabellion --profile fabric trust export');
  }, 180_000);

  it('proves what the old ledger was, and what was anchored there still holds', async () => {
    expect(await next('./scripts/tabellion verify')).toContain('INTACT');
    const told = await next('./scripts/tabellion audit');
    const { head } = JSON.parse(await readFile(world.at('archive/audit.json'), 'utf8'));
    expect(told).toContain(head);
    section.end();
    const old = ['verify', world.at('old.json'), '--trust', world.at('archive/trust.json')];
    const file = ['--file', world.at('seized/old.txt')];
    expect(await world.run('court', [...old, ...file])).toMatchObject({ code: 'INTACT' });
    // What one ledger proves, the other does not.
    const elsewhere = ['verify', world.at('old.json'), '--trust', world.at('fabric-trust.json')];
    expect(await world.run('court', elsewhere, 11)).toMatchObject({
      code: 'CERTIFICATE_UNTRUSTED',
    });
  }, 180_000);

  it('still finds what was anchored before, in the old gateway', async () => {
    embedded = await startEmbedded();
    const options = ['--gateway', embedded.address];
    await signIn(['login', ...options]);
    const found = await world.run(CN, ['evidence', 'find', world.at('seized/old.txt'), ...options]);
    expect(found.items).toHaveLength(1);
  }, 180_000);

  it('takes no key and no authority of the embedded ledger', async () => {
    const home = world.at(`home-${CN}`);
    const read = async (name: string) => {
      const found = (await readdir(home, { recursive: true })).filter((path) =>
        path.endsWith(name),
      );
      return readFile(`${home}/${found.find((path) => !path.includes('fabric'))}`, 'utf8');
    };
    const signer = signerFromPem(CN, await read('certificate.pem'), await read('key.pem'));
    const ledger = await world.network.connect(SG);
    await expect(acquireWith(ledger, signer)).rejects.toMatchObject({ code: 'IDENTITY_REFUSED' });
    const directory = world.at(`embedded/ca/${CN}`);
    await expect(MemberCa.open({ directory, mspId: CN, embedded: false })).rejects.toMatchObject({
      code: 'CA_DAMAGED',
    });
  }, 180_000);
});
