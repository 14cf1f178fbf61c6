/** Label manifests between two members' gateways, each a process of its own, on a real network. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../gateway/src/cli/testing.ts';
import { sampleAddress } from '../../gateway/src/label/testing.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { CN, DE, type GatewayWorld, openGatewayWorld, SG } from './gateway-world.ts';
import { fabric } from './test-network.ts';

const title = `label manifests between gateways on Fabric${
  fabric.missing ? ` (skipped: ${fabric.missing})` : ''
}`;

const CONFIG = join(import.meta.dirname, '../../node-config');

/** A port that stays the same while the gateway behind it ends and starts, and hands on what it is told. */
async function openRelay() {
  const relay = { target: '', given: 0, isCut: false };
  const server: Server = createServer((incoming, outgoing) => {
    if (relay.isCut) return void outgoing.writeHead(503).end();
    relay.given += 1;
    const { method, url, headers } = incoming;
    const onward = request(relay.target + url, { method: method!, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { relay, url, close: () => server.close() };
}

describe.skipIf(fabric.missing !== undefined)(title, { timeout: 400_000 }, () => {
  let world: GatewayWorld;
  let cn: GatewayProcess;
  let sg: GatewayProcess;
  let de: GatewayProcess | undefined;
  let toCn: Awaited<ReturnType<typeof openRelay>>;

  /** As its operator starts it, with the file of gateways. */
  async function start(member: string, urls: Record<string, string>, port = 0) {
    const gateways = Object.entries(urls).map(([member, url]) => ({ member, url }));
    const file = world.at(`gateways-${member}.yaml`);
    await writeFile(file, JSON.stringify({ gateways, declareMissing: 'true' }));
    const data = world.at(`data-${member}`);
    const consortium = world.at('node-config/consortium.yaml');
    return startGatewayProcess(world, { member, data, port, gateways: file, consortium });
  }
  async function signIn(member: string, { address }: GatewayProcess) {
    world.issuer.become({ member, role: 'analyst' });
    const gateway = ['--gateway', address, '--issuer', world.issuer.issuer];
    const init = ['init', ...gateway, '--trust-on-first-use', '--progress', 'json'];
    await world.run(member, init);
  }
  const add = (number: number, ...more: string[]) =>
    world.run(CN, [
      ...[
        'label',
        'add',
        ...more,
        sampleAddress(number),
        '--network',
        'eip155:1',
        '--category',
        'mixer',
      ],
      ...['--label', 'Pool', '--source', 'Case file', '--provenance', 'forensic'],
      ...['--legal-basis', 'cn-cpl-141@1', '--reason', 'Traced'],
    ]);
  const verdictOf = async (number: number, member = SG) => {
    const asked = ['screen', sampleAddress(number), '--purpose', 'CASE-2026-1', '--json'];
    const { stdout } = await runCli(asked, { home: world.at(`home-${member}`) });
    return JSON.parse(stdout).answers[0].verdict;
  };
  const eventually = (number: number, verdict: string, member?: string) =>
    expect
      .poll(() => verdictOf(number, member), { timeout: 150_000, interval: 1000 })
      .toBe(verdict);
  const missing = (member = SG) => world.run(member, ['label', 'missing']);

  beforeAll(async () => {
    world = await openGatewayWorld();
    const isConfiguration = (path: string) => !path.startsWith(join(CONFIG, 'fabric'));
    await cp(CONFIG, world.at('node-config'), { recursive: true, filter: isConfiguration });
    const text = await readFile(join(CONFIG, 'consortium.yaml'), 'utf8');
    const short = text.replace('labelFetchSeconds: 86400', 'labelFetchSeconds: 10');
    await writeFile(world.at('node-config/consortium.yaml'), short);
    toCn = await openRelay();
    cn = await start(CN, { [SG]: 'http://127.0.0.1:9' });
    toCn.relay.target = cn.address;
    sg = await start(SG, { [CN]: toCn.url });
    await signIn(CN, cn);
    await signIn(SG, sg);
  }, 240_000);
  afterAll(async () => {
    for (const gateway of [cn, sg, de]) await gateway?.end('SIGTERM');
    toCn?.close();
    await world?.[Symbol.asyncDispose]();
  }, 60_000);

  it('are fetched once the ledger names them, and screened from', async () => {
    await add(1);
    await eventually(1, 'LABELLED');
    expect(toCn.relay.given).toBeGreaterThan(0);
    expect(await missing()).toMatchObject({ count: 0, gateways: 1 });
  });

  it('are fetched again where all that was kept of labels is gone', async () => {
    await sg.end('SIGTERM');
    await rm(world.at(`data-${SG}/gateway/labels`), { recursive: true });
    const { given } = toCn.relay;
    sg = await start(SG, { [CN]: toCn.url }, Number(new URL(sg.address).port));
    await eventually(1, 'LABELLED');
    expect(toCn.relay.given).toBeGreaterThan(given);
  });

  it('come from any member that has them, where the asserter gives none', async () => {
    toCn.relay.isCut = true;
    de = await start(DE, { [CN]: toCn.url, [SG]: sg.address });
    await signIn(DE, de);
    await eventually(1, 'LABELLED', DE);
  });

  it('that nobody is given stop the library, until most members have said so', async () => {
    await add(2);
    await expect
      .poll(() => missing(), { timeout: 30_000 })
      .toMatchObject({
        count: 1,
        items: [{ member: CN, asked: [{ member: CN, code: 'SOURCE_REFUSED' }] }],
      });
    const [{ batch }] = (await missing()).items;
    // Both gateways' operators let them declare it by themselves; ten seconds were agreed on.
    await expect
      .poll(async () => (await missing()).count, { timeout: 170_000, interval: 2000 })
      .toBe(0);
    await eventually(1, 'LABELLED');
    expect(await verdictOf(2)).toBe('NO_LABEL');
    await eventually(2, 'NO_LABEL', DE);
    // Who has it drops it too.
    await eventually(2, 'NO_LABEL', CN);
    const shown = await world.run(CN, ['label', 'show', batch], 3);
    expect(shown).toMatchObject({ standing: 'WITHHELD', labels: [{ status: 'WITHHELD' }] });
    toCn.relay.isCut = false;
    await add(2, '--again');
    await eventually(2, 'LABELLED');
    await eventually(2, 'LABELLED', DE);
  });

  it('leave a ledger that an audit finds clean, and that names who declared what', async () => {
    await world.run(SG, ['trust', 'export', '-o', world.at('trust.json')]);
    const report = await world.run(SG, ['audit', '--trust', world.at('trust.json')]);
    expect(report).toMatchObject({
      break: null,
      findingCounts: { LABEL_MISSED: 2, LABEL_WITHHELD: 1 },
    });
  });
});
