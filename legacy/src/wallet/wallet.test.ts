import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { inspect, promisify } from 'node:util';
import type { Trust } from '@tabellion/proof';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../gateway/src/cli/testing.ts';
import { MemberCa } from '../../../gateway/src/identity/ca.ts';
import { approveDevice } from '../../../gateway/src/identity/device-approval.ts';
import { createCsr, generatePrivateKey } from '../../../gateway/src/identity/key.ts';
import { startNode } from '../../../gateway/src/node/start-node.ts';
import { NOT_INSTALLED } from '../sdk.ts';
import { isSdkInstalled } from '../testing/missing.ts';
import { checkIdentity, importPersonKey } from './import.ts';
import { listWallet, readWallet } from './read.ts';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'main.ts');
const CONSORTIUM = join(import.meta.dirname, '../../../node-config/consortium.yaml');
const MEMBER = 'CnAgencyMSP';

let directory: string;
let ca: MemberCa;
let impostor: MemberCa;
let wallet: string;
const at = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-wallet-'));
  wallet = at('wallet');
  await mkdir(wallet);
  ca = await MemberCa.open({ directory: at('ca'), mspId: MEMBER, embedded: false });
  impostor = await MemberCa.open({ directory: at('impostor'), mspId: MEMBER, embedded: false });
  await writeFile(at('trust.json'), JSON.stringify(trust()));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Pair {
  readonly certificate: string;
  readonly privateKey: string;
}

async function issue(
  authority = ca,
  options: Partial<Parameters<MemberCa['issue']>[1]> = {},
): Promise<Pair> {
  const privateKey = generatePrivateKey();
  const certificate = await authority.issue(await createCsr(privateKey), {
    ...{ ou: 'client', days: 30 },
    ...options,
  });
  return { certificate, privateKey };
}

function trust(): Trust {
  return {
    type: 'tabellion.trust',
    v: 1,
    consortium: 'Test consortium',
    ledger: 'fabric',
    channel: 'evidence',
    genesis: '00'.repeat(32),
    chaincode: 'tabellion',
    members: [
      {
        ...{ mspId: MEMBER, name: 'Agency', jurisdiction: 'CN', state: true },
        ...{ roots: [ca.root], intermediates: [], revocations: [ca.crl()] },
      },
    ],
    endorsementThreshold: 2,
    definitions: [{ sequence: 1, block: 1, transaction: 0 }],
  };
}

const identity = ({ certificate, privateKey }: Pair, changes: object = {}) => ({
  ...{ credentials: { certificate, privateKey }, mspId: MEMBER, type: 'X.509', version: 1 },
  ...changes,
});

/** As fabric-network 2.x keeps an identity. */
const put = (label: string, content: object) =>
  writeFile(join(wallet, `${label}.id`), JSON.stringify(content), { mode: 0o600 });

/** Runs the program and reads its document, or the code in front of its error. */
async function importWallet(args: readonly string[]) {
  try {
    const { stdout } = await run(process.execPath, [PROGRAM, wallet, ...args, '--json'], {
      env: { ...process.env, TABELLION_HOME: at('home') },
    });
    return { exit: 0, answer: JSON.parse(stdout), said: stdout };
  } catch (error) {
    const { code: exit, stderr } = error as { code: number; stderr: string };
    return { exit, code: /^tabellion: ([A-Z_]+): /.exec(stderr)?.[1], said: stderr };
  }
}

const trusting = () => ['--trust', at('trust.json')];

describe('a wallet of fabric-network', () => {
  it('gives its key to a profile, private, and does not print it', async () => {
    const pair = await issue();
    await put('appUser', identity(pair));
    const { answer, said } = await importWallet(['appUser', ...trusting(), '--profile', 'old']);
    expect(answer).toMatchObject({ member: MEMBER, role: 'CLIENT', exposed: false });
    expect((await stat(answer.key)).mode & 0o777).toBe(0o600);
    expect((await stat(join(answer.key, '..'))).mode & 0o777).toBe(0o700);
    expect(createPublicKey(await readFile(answer.key, 'utf8')).equals(publicKey(pair))).toBe(true);
    expect(said).not.toContain('PRIVATE');
    const again = await importWallet(['appUser', ...trusting(), '--profile', 'old']);
    expect(again).toMatchObject({ exit: 1, code: 'KEY_EXISTS' });
  });

  it('of version 1.4 is read as well', async () => {
    const { certificate, privateKey } = await issue();
    const home = join(wallet, 'user14');
    const signingIdentity = 'ab'.repeat(32);
    await mkdir(home);
    const enrollment = { signingIdentity, identity: { certificate } };
    const user = { name: 'user14', mspid: MEMBER, roles: null, affiliation: '', enrollment };
    await writeFile(join(home, 'user14'), JSON.stringify(user));
    await writeFile(join(home, `${signingIdentity}-priv`), privateKey, { mode: 0o644 });
    expect(await readWallet(wallet, 'user14')).toEqual({
      ...{ mspId: MEMBER, certificate, privateKey, isExposed: true },
    });
    expect(await listWallet(wallet)).toContain('user14');
    await rm(join(home, `${signingIdentity}-priv`));
    await expect(readWallet(wallet, 'user14')).rejects.toMatchObject({ code: 'WALLET_KEY_IN_HSM' });
  });

  it.skipIf(!isSdkInstalled())(
    `written by it is read${isSdkInstalled() ? '' : ` (skipped: ${NOT_INSTALLED})`}`,
    async () => {
      const { Wallets } = await import('fabric-network');
      const { certificate, privateKey } = await issue();
      const written = await Wallets.newFileSystemWallet(at('written'));
      const credentials = { certificate, privateKey };
      await written.put('appUser', { type: 'X.509', mspId: MEMBER, credentials });
      expect(await listWallet(at('written'))).toEqual(['appUser']);
      const { isExposed: _, ...read } = await readWallet(at('written'), 'appUser');
      expect(read).toEqual({ mspId: MEMBER, certificate, privateKey });
    },
  );

  it('keeps what is in a hardware module', async () => {
    const { certificate } = await issue();
    await put('hsm', {
      credentials: { certificate },
      mspId: MEMBER,
      type: 'HSM-X.509',
      version: 1,
    });
    await expect(readWallet(wallet, 'hsm')).rejects.toMatchObject({ code: 'WALLET_KEY_IN_HSM' });
  });

  it('is no way out of its directory', async () => {
    for (const label of ['../ca/key', 'nobody', '']) {
      await expect(readWallet(wallet, label)).rejects.toMatchObject({ code: 'WALLET_NOT_FOUND' });
    }
    await symlink(at('trust.json'), join(wallet, 'link.id'));
    await expect(readWallet(wallet, 'link')).rejects.toMatchObject({ code: 'WALLET_NOT_FOUND' });
    await expect(listWallet(at('nowhere'))).rejects.toMatchObject({ code: 'WALLET_NOT_FOUND' });
  });

  it('that is damaged, or of another kind, is told without its content', async () => {
    const pair = await issue();
    await put('future', identity(pair, { version: 3 }));
    await put('partial', identity(pair, { credentials: { certificate: pair.certificate } }));
    await writeFile(join(wallet, 'torn.id'), JSON.stringify(identity(pair)).slice(0, -3));
    await writeFile(join(wallet, 'huge.id'), ' '.repeat(70_000));
    for (const [label, code] of [
      ['future', 'WALLET_TYPE_UNSUPPORTED'],
      ['partial', 'WALLET_MALFORMED'],
      ['torn', 'WALLET_MALFORMED'],
      ['huge', 'WALLET_MALFORMED'],
    ] as const) {
      const refused: Error = await readWallet(wallet, label).catch((error) => error);
      expect(refused, label).toMatchObject({ code });
      expect(inspect(refused), label).not.toContain('PRIVATE');
    }
  });
});

describe('an identity is refused', () => {
  const check = async (pair: Pair, changes: object = {}, now = Date.now()) => {
    await put('checked', identity(pair, changes));
    return checkIdentity(await readWallet(wallet, 'checked'), trust(), now);
  };

  it('whose key is not the certificate’s', async () => {
    const { certificate } = await issue();
    const { privateKey } = await issue();
    await expect(check({ certificate, privateKey })).rejects.toMatchObject({
      code: 'KEY_MISMATCH',
    });
  });

  it('whose key is on another curve', async () => {
    const { certificate } = await issue();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const pair = { certificate, privateKey: pem };
    await expect(check(pair)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('that the member’s authority did not issue, or revoked, or whose time is over', async () => {
    const stranger = await issue(impostor);
    await expect(check(stranger)).rejects.toMatchObject({ code: 'CERTIFICATE_UNTRUSTED' });
    const pair = await issue();
    await expect(check(pair, {}, Date.now() + 31 * 86_400_000)).rejects.toMatchObject({
      code: 'CERTIFICATE_EXPIRED',
    });
    await ca.revoke(new X509Certificate(pair.certificate).serialNumber, 'keyCompromise');
    await expect(check(pair)).rejects.toMatchObject({ code: 'CERTIFICATE_REVOKED' });
  });

  it('of whom is no member', async () => {
    const claimed = check(await issue(), { mspId: 'NobodyMSP' });
    await expect(claimed).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER' });
  });
});

describe('the identity of a service', () => {
  it('is kept as a gateway’s own, if its certificate says that it is one', async () => {
    await put('app', identity(await issue(ca, { role: 'system', keyCustody: 'gateway' })));
    const service = at('service');
    const kept = await importWallet(['app', ...trusting(), '--service', service]);
    expect(kept).toMatchObject({ exit: 0, answer: { key: join(service, 'msp/keystore/key.pem') } });
    expect((await stat(join(service, 'msp/keystore/key.pem'))).mode & 0o777).toBe(0o600);
    await put('person', identity(await issue()));
    const refused = await importWallet(['person', ...trusting(), '--service', at('other')]);
    expect(refused).toMatchObject({ exit: 1, code: 'ROLE_MISSING' });
  });
});

it('a key from a wallet is what init has certified', async () => {
  const node = await startNode({
    ...{ directory: at('data'), consortium: CONSORTIUM, port: 0 },
    logger: pino({ level: 'silent' }),
  });
  try {
    const pair = await issue();
    await put('investigator', identity(pair));
    const home = at('home-init');
    await importPersonKey(await readWallet(wallet, 'investigator'), {
      environment: { TABELLION_HOME: home },
    });
    const { user, password } = node.people.people.find(({ user }) => user === 'investigator.cn')!;
    let approving: Promise<void> | undefined;
    const args = ['init', '--gateway', node.address, '--progress', 'json', '--json'];
    const { exit, stdout } = await runCli(args, {
      home,
      onStderr: (text) => {
        const { verificationUri, userCode } = JSON.parse(text).signIn;
        approving = approveDevice({ verificationUri, userCode, user, password });
      },
    });
    await approving;
    expect(exit, stdout).toBe(0);
    const { certificate } = JSON.parse(stdout);
    expect(new X509Certificate(certificate).publicKey.equals(publicKey(pair))).toBe(true);
  } finally {
    await node.close();
  }
}, 60_000);

const publicKey = ({ certificate }: Pair) => new X509Certificate(certificate).publicKey;
