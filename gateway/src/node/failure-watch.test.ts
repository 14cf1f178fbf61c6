import { expect, it } from 'vitest';
import { EvidenceError } from '../evidence/error.ts';
import { LedgerError } from '../ledger/port.ts';
import { findVitalFailure, watchFailures } from './failure-watch.ts';

const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
const sqliteError = (errcode: number) =>
  Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode });

it.each([
  ['a failed fsync, whatever the reason', systemError('ENOSPC', 'fsync')],
  ['a device that fails', systemError('EIO', 'write')],
  ['a device made read-only', systemError('EROFS', 'open')],
  ['SQLite that cannot sync', sqliteError(10 + (4 << 8))],
])('is %s, however deep', (_, error) => {
  const cause = new EvidenceError('MANIFEST_INVALID', 'not written', { cause: error });
  expect(findVitalFailure(new Error('outer', { cause }))).toEqual({
    kind: 'DISK_FAILED',
    cause: error,
  });
});

it('is one of several that came while all was closed', () => {
  const failed = sqliteError(10 + (4 << 8));
  for (const [error, suppressed] of [
    [failed, new Error('other')],
    [new Error('other'), failed],
  ]) {
    expect(findVitalFailure(new SuppressedError(error, suppressed))?.cause).toBe(failed);
  }
});

it('is a ledger that stopped, not one that closes', () => {
  const cause = systemError('ENOSPC', 'write');
  const stopped = new LedgerError('STOPPED', 'a block could not be written', { cause });
  expect(findVitalFailure(stopped)).toEqual({ kind: 'LEDGER_STOPPED', cause });
  expect(findVitalFailure(new LedgerError('STOPPED', 'the ledger is closed'))).toBeUndefined();
});

it.each([
  ['a full disk', systemError('ENOSPC', 'write')],
  ['a full disk under SQLite', sqliteError(13)],
  ['a lock', sqliteError(5)],
  ['a missing file', systemError('ENOENT', 'open')],
  ['a refusal', new LedgerError('CONTRACT', 'no', { cause: new Error('ALREADY_EXISTS') })],
  [
    'a second place of manifests that fails',
    new EvidenceError('ESCROW_FAILED', 'copy', { cause: systemError('EIO', 'fsync') }),
  ],
  ['nothing', undefined],
])('is not %s', (_, error) => {
  expect(findVitalFailure(error)).toBeUndefined();
});

it('tells the first one', async () => {
  const { failed, tell } = watchFailures();
  tell(new Error('other'));
  const first = systemError('EIO', 'fsync');
  tell(first);
  tell(systemError('EIO', 'write'));
  expect(await failed).toEqual({ kind: 'DISK_FAILED', cause: first });
});
