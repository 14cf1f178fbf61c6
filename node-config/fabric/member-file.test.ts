import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { createCsr, generatePrivateKey, writePrivateKey } from '../../gateway/src/identity/key.ts';
import { readMemberFile } from './member-file.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'member.example.yaml');
let directory: string;
const at = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-member-'));
  await cp(EXAMPLE, at('member.yaml'));
  const ca = await MemberCa.open({ directory: at('ca'), mspId: 'CnAgencyMSP', embedded: false });
  const key = generatePrivateKey();
  const options = { ou: 'client', role: 'system', keyCustody: 'gateway', days: 1 } as const;
  await mkdir(at('gateway'), { mode: 0o700 });
  await writeFile(at('gateway/cert.pem'), await ca.issue(await createCsr(key), options));
  await writePrivateKey(at('gateway/key.pem'), key);
  await writeFile(at('tls-ca.pem'), 'a certificate');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('reads the example, with paths relative to it', async () => {
  const { mspId, sdk, member } = await readMemberFile(at('member.yaml'));
  expect([mspId, sdk]).toEqual(['CnAgencyMSP', 'gateway']);
  expect(member.peer).toEqual({
    ...{ address: 'peer.cn.example:7051', serverName: 'peer.cn.example' },
    tlsRoot: 'a certificate',
  });
  expect(member.service.mspId).toBe('CnAgencyMSP');
  expect(member.authority).toBe(at('ca'));
});

const EDITS: [string, string, string][] = [
  ['an address without a port', 'peer.cn.example:7051', 'peer.cn.example'],
  ['an unknown SDK', 'sdk: gateway', 'sdk: rest'],
  ['a key that it does not know', 'authority: ca', 'authority: ca\nadmin: yes'],
  ['a file that is not there', 'tls-ca.pem', 'other.pem'],
  ['a directory without an authority, and founds none', 'authority: ca', 'authority: other'],
];

it.each(EDITS)('refuses %s', async (_, before, after) => {
  const text = await readFile(EXAMPLE, 'utf8');
  await writeFile(at('edited.yaml'), text.replace(before, after));
  await expect(readMemberFile(at('edited.yaml'))).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
  });
});
