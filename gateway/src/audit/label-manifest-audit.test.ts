/** Label manifests as they lie on a disk, against a ledger that names them. */
import { appendFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NOW } from '../../../chaincode/test/samples.ts';
import { missLabels, sampleAssertion } from '../../../test/contract/label-scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import { listBlocks, trustOf } from '../../../test/support/audited-ledger.ts';
import { makeLabels, sampleFacts } from '../label/testing.ts';
import { type AuditResult, auditLedger } from './audit.ts';
import { CodedLog } from './coded-log.ts';
import { auditLabelManifests } from './label-manifest-audit.ts';
import { describeAudit } from './report.ts';

type Made = ReturnType<typeof makeLabels>;
type Change = Partial<ReturnType<typeof sampleAssertion>>;

let world: World;
let root: string;
let directory: string;
let result: AuditResult;
/** By what was done with it. */
const made = new Map<string, Made & { batch: string }>();

async function assertLabels(name: string, number: number, change: Change = {}) {
  const labels = makeLabels([number, number + 1].map((each) => sampleFacts(each)));
  const analyst = await world.person('CnMSP', 'analyst');
  const { root, size, digest: manifest, tlp } = labels;
  const input = { ...sampleAssertion(root, size), manifest, tlp, ...change };
  const { code, event } = await world.act(analyst, 'label:assert', input);
  expect(code).toBe('VALID');
  const { key } = event.payload as { key: string };
  made.set(name, { ...labels, batch: key.slice('label-batch/'.length) });
}

beforeAll(async () => {
  world = await openWorld();
  await world.found();
  await assertLabels('good', 1);
  await assertLabels('other', 3);
  await assertLabels('void', 5, { tlp: 'GREEN' });
  await assertLabels('withheld', 7);
  await missLabels(world, made.get('withheld')!.batch);
  result = await auditLedger({
    blocks: (async function* () {
      yield* await listBlocks(world);
    })(),
    trust: await trustOf(world),
    now: NOW,
  });
  expect(result.report.break).toBeNull();
  root = await mkdtemp(join(tmpdir(), 'tabellion-label-audit-'));
}, 120_000);
afterAll(async () => {
  result?.close();
  await world?.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  directory = join(root, 'labels');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  for (const each of made.values()) await writeFile(pathOf(each), each.bytes);
});

const pathOf = ({ digest }: Pick<Made, 'digest'>) => join(directory, `${digest}.ndjson`);
const audit = () => auditLabelManifests(directory, result.records, new AbortController().signal);
const found = (name: string, code: string, detail: string) => {
  const { batch, digest: manifest } = made.get(name)!;
  return { code: `LABEL_MANIFEST_${code}`, manifest, batch, detail };
};
/** In every test. */
const isVoid = () => found('void', 'VOID', 'MARKING_MISMATCH: the strictest label is TLP:AMBER');
const isWithheld = (where: string) => found('withheld', 'WITHHELD', `its manifest is ${where}`);
const expectFound = (
  { findings }: { findings: readonly object[] },
  expected: readonly object[],
) => {
  expect(findings).toHaveLength(expected.length);
  expect(findings).toEqual(expect.arrayContaining([...expected]));
};

describe('label manifests', () => {
  it('are counted where they are what their batches say; void and withheld ones are named, and no damage', async () => {
    const report = await audit();
    expect(report).toMatchObject({ batches: 4, whole: 2, waiting: 0, isDamaged: false });
    expectFound(report, [isVoid(), isWithheld('here')]);
    expect(report.findingCounts).toEqual({ LABEL_MANIFEST_VOID: 1, LABEL_MANIFEST_WITHHELD: 1 });
  });

  it.each([
    [
      'a changed byte',
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[bytes.length - 20]! ^= 1;
        await writeFile(path, bytes);
      },
    ],
    ['its end cut off', (path: string) => truncate(path, 100)],
    ['nothing in it', (path: string) => truncate(path, 0)],
    ['a line too many', async (path: string) => appendFile(path, made.get('other')!.bytes)],
    ['the lines of another', (path: string) => writeFile(path, made.get('other')!.bytes)],
  ])('with %s are damaged, which is neither missing nor void', async (_, damage) => {
    await damage(pathOf(made.get('good')!));
    const report = await audit();
    expect(report).toMatchObject({ whole: 1, isDamaged: true });
    const damaged = found('good', 'DAMAGED', 'of a batch that counts');
    expectFound(report, [damaged, isVoid(), isWithheld('here')]);
  });

  it('that are not there are missing, all of them where the directory is gone', async () => {
    const missing = (name: string) => found(name, 'MISSING', 'there is no file');
    await rm(pathOf(made.get('good')!));
    await rm(pathOf(made.get('withheld')!));
    const report = await audit();
    expect(report).toMatchObject({ whole: 1, isDamaged: true });
    expectFound(report, [missing('good'), isVoid(), isWithheld('not here')]);
    await rm(directory, { recursive: true });
    const gone = [...['good', 'other', 'void'].map(missing), isWithheld('not here')];
    expectFound(await audit(), gone);
  });

  it('of a batch that is withheld may be away, and may not be changed', async () => {
    await truncate(pathOf(made.get('withheld')!), 50);
    const report = await audit();
    expect(report.isDamaged).toBe(true);
    const damaged = found('withheld', 'DAMAGED', 'of a batch that is withheld');
    expectFound(report, [damaged, isVoid()]);
  });

  it('that no batch names are held to their own digest', async () => {
    const waiting = makeLabels([sampleFacts(20)]);
    await writeFile(pathOf(waiting), waiting.bytes);
    await writeFile(join(directory, `.${waiting.digest}.tmp`), 'left by a write');
    expect(await audit()).toMatchObject({ waiting: 1, isDamaged: false });
    await appendFile(pathOf(waiting), 'x');
    const report = await audit();
    expect(report).toMatchObject({ waiting: 1, isDamaged: true });
    const { digest: manifest } = waiting;
    const damaged = { code: 'LABEL_MANIFEST_DAMAGED', manifest, batch: null };
    expectFound(report, [
      { ...damaged, detail: 'no batch names it yet' },
      isVoid(),
      isWithheld('here'),
    ]);
  });

  it('that cannot be read are no finding', async () => {
    const { digest } = made.get('good')!;
    await rm(pathOf({ digest }));
    await mkdir(pathOf({ digest }));
    await expect(audit()).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('are told to people with what was found, and of which batch', async () => {
    await rm(pathOf(made.get('good')!));
    const labelManifests = await audit();
    const text = describeAudit(result.report, await trustOf(world), {
      labelManifests,
      sources: [],
    });
    const { batch, digest } = made.get('good')!;
    expect(text).toContain('4 label batches, 1 with a manifest that is what they say');
    expect(text).toContain('LABEL_MANIFEST_MISSING (1): the manifest of a label batch is not here');
    expect(text).toContain(`  manifest ${digest} of batch ${batch}: there is no file`);
    expect(text).toContain('LABEL_MANIFEST_WITHHELD (1)');
  });
});

it('findings are listed up to a number of each code, and all counted', () => {
  const log = new CodedLog<{ code: 'A' | 'B'; at: number }>();
  for (let at = 0; at < 1500; at += 1) log.put({ code: 'A', at });
  log.put({ code: 'B', at: 0 });
  expect(log.listed).toHaveLength(1001);
  expect(log.listed.at(-1)).toEqual({ code: 'B', at: 0 });
  expect(log.counts).toEqual({ A: 1500, B: 1 });
});
