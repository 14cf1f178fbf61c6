/** The operator's file of gateways: what is taken, and what is refused before anything starts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGateways } from './gateways-file.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-gateways-'));
  await writeFile(join(directory, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n');
  await writeFile(join(directory, 'empty.pem'), '');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function load(text: string) {
  const file = join(directory, 'gateways.yaml');
  await writeFile(file, text);
  return loadGateways(file, 'CnAgencyMSP');
}
const one = (url: string, more = '') => `gateways: [{ member: SgAgencyMSP, url: '${url}'${more} }]`;

it('names other members’ gateways, with the authority of each', async () => {
  const { sources, declareMissing } = await load(
    `${one('https://sg.example/tabellion', ', ca: ca.pem')}\ndeclareMissing: true`,
  );
  expect(declareMissing).toBe(true);
  expect(sources).toEqual([
    {
      member: 'SgAgencyMSP',
      url: new URL('https://sg.example/tabellion'),
      ca: '-----BEGIN CERTIFICATE-----\n',
    },
  ]);
  const plain = await load(one('http://127.0.0.1:8081'));
  expect(plain).toMatchObject({ declareMissing: false, sources: [{ member: 'SgAgencyMSP' }] });
});

it('is what the example beside the others is', async () => {
  const example = join(import.meta.dirname, '../../../../node-config/gateways.example.yaml');
  const refused = loadGateways(example, 'CnAgencyMSP');
  await expect(refused).rejects.toThrow(/sg-gateway-ca\.pem cannot be read/);
});

it.each([
  ['an address in clear of another machine', one('http://sg.example'), 'gateways[0].url'],
  ['an address of a file', one('file:///etc/passwd'), 'gateways[0].url'],
  ['no address', one('sg.example'), 'gateways[0].url'],
  ['a password in the address', one('https://u:p@sg.example'), 'gateways[0].url'],
  ['a query in the address', one('https://sg.example/?x=1'), 'gateways[0].url'],
  ['a fragment in the address', one('https://sg.example/#x'), 'gateways[0].url'],
  [
    'the own member',
    `gateways: [{ member: CnAgencyMSP, url: 'https://cn.example' }]`,
    'gateways[0].member',
  ],
  [
    'a member that stands twice',
    `gateways:\n- { member: SgAgencyMSP, url: 'https://a.example' }\n- { member: SgAgencyMSP, url: 'https://b.example' }`,
    'gateways[1].member',
  ],
  ['no gateway', 'gateways: []', 'gateways'],
  ['a field that nobody knows', one('https://sg.example', ', token: x'), 'gateways[0]'],
  ['an authority that is not there', one('https://sg.example', ', ca: none.pem'), 'none.pem'],
  ['an authority that is none', one('https://sg.example', ', ca: empty.pem'), 'empty.pem'],
  [
    'a word for a truth value',
    `${one('https://sg.example')}\ndeclareMissing: yes`,
    'declareMissing',
  ],
])('with %s is refused, naming the field', async (_, text, field) => {
  await expect(load(text)).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    message: expect.stringContaining(field),
  });
});
