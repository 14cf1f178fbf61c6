import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { layoutMember } from './layout.ts';
import { readRevocationList } from './revocations.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tabellion-revocations-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('are those of the authority that is there', async () => {
  const { ca } = layoutMember(directory, 'CnMSP');
  const authority = await MemberCa.open({ directory: ca, mspId: 'CnMSP', embedded: false });
  expect(await readRevocationList(directory, 'CnMSP')).toBe(authority.crl());
});

it('are nobody’s where none is, and none is founded', async () => {
  const reading = readRevocationList(directory, 'CnMSP');
  await expect(reading).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  await expect(access(layoutMember(directory, 'CnMSP').ca)).rejects.toThrow('ENOENT');
});
