/** Of what the gateway declares by itself: only what every gateway was asked for and did not give. */
import type { LabelBatchRecord } from '@tabellion/chaincode/label/record';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Signer } from '../../ledger/act.ts';
import { startDeclaring } from './declare-missing.ts';
import type { MissCode } from './error.ts';
import type { Wanted } from './wanted.ts';

const HOUR = 3_600_000;
const signer: Signer = {
  ...{ mspId: 'SgMSP', certificate: '', creator: new Uint8Array() },
  sign: async (bytes) => bytes,
};
const wanted = (
  batch: string,
  codes: Readonly<Record<string, MissCode>>,
  isDamaged = false,
): Wanted => ({
  ...{ batch, block: 1, isDamaged },
  record: { act: { member: 'CnMSP', at: 0 } } as LabelBatchRecord,
  tried: new Map(
    Object.entries(codes).map(([member, code]) => [
      member,
      { code, tries: 3, at: HOUR, nextAt: HOUR },
    ]),
  ),
});

/** Batches of which a declaration was begun, over several looks. */
async function declared(...missing: Wanted[]): Promise<ReadonlySet<string>> {
  const begun: string[] = [];
  const asked = Promise.withResolvers<void>();
  const last = wanted('last', { CnMSP: 'SOURCE_REFUSED', DeMSP: 'SOURCE_SLOW' });
  const declaring = startDeclaring({
    ledger: {
      ...{ channel: 'channel', chaincode: 'chaincode' },
      async prepare({ args }: { args: readonly Uint8Array[] }) {
        const { batch } = JSON.parse(Buffer.from(args[0]!).toString());
        begun.push(batch);
        if (begun.filter((each) => each === 'last').length === 2) asked.resolve();
        throw new Error('the ledger of this test takes nothing');
      },
    } as never,
    signer,
    view: { listMissing: () => [], fetchSeconds: () => 60 },
    missing: () => [...missing, last],
    sources: 2,
    logger: pino({ level: 'silent' }),
    now: () => HOUR,
    everyMs: 5,
  });
  await asked.promise;
  await declaring.close();
  return new Set(begun);
}

it('declares what no gateway gave, each asked', async () => {
  const codes = { CnMSP: 'SOURCE_WRONG_BYTES', DeMSP: 'SOURCE_UNREACHABLE' } as const;
  expect(await declared(wanted('kept', codes))).toEqual(new Set(['kept', 'last']));
});

it.each([
  ['one gateway was not asked yet', { CnMSP: 'SOURCE_REFUSED' }],
  ['the disk here is full', { CnMSP: 'DISK_FULL', DeMSP: 'DISK_FULL' }],
  ['what one gave was not kept here', { CnMSP: 'INTERNAL', DeMSP: 'SOURCE_REFUSED' }],
] as const)('declares nothing where %s', async (_, codes) => {
  expect(await declared(wanted('kept', codes))).toEqual(new Set(['last']));
});

it('declares nothing of a manifest that had come and is damaged here', async () => {
  const codes = { CnMSP: 'SOURCE_REFUSED', DeMSP: 'SOURCE_REFUSED' } as const;
  expect(await declared(wanted('kept', codes, true))).toEqual(new Set(['last']));
});
