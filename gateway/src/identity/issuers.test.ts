import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadIssuers } from './issuers.ts';

const EXAMPLE = fileURLToPath(
  new URL('../../../node-config/issuers.example.yaml', import.meta.url),
);

describe('loadIssuers', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tabellion-issuers-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const load = async (text: string) => {
    const file = join(directory, 'issuers.yaml');
    await writeFile(file, text);
    return loadIssuers(file, 'DeAgencyMSP');
  };

  it('reads the example, for the people of one member only', async () => {
    expect(await loadIssuers(EXAMPLE, 'DeAgencyMSP')).toEqual([
      {
        name: 'agency',
        issuer: 'https://login.agency.example',
        jwksUri: 'https://login.agency.example/jwks',
        audience: 'https://tabellion.agency.example',
        members: ['DeAgencyMSP'],
        memberClaim: 'member',
        roleClaim: 'role',
        tokenType: 'at+jwt',
      },
    ]);
  });

  it.each([
    ['no issuer at all', 'issuers: []'],
    [
      'an audience that is missing',
      'issuers: [{name: a, issuer: "https://a", jwksUri: "https://a/k"}]',
    ],
    ['members of its own choice', 'issuers: []\nmembers: [CnAgencyMSP]'],
    ['an address that is none', 'issuers: [{name: a, issuer: a, jwksUri: b, audience: c}]'],
  ])('refuses %s', async (_, text) => {
    await expect(load(text)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  });
});
