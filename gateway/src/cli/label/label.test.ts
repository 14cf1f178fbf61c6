/** The parts of `label` and `screen` that no gateway is needed for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taxonomy } from '../../label/format/testing.ts';
import { verifyLabelManifest } from '../../label/manifest.ts';
import type { ScreenAnswer, Verdict } from '../../label/screen.ts';
import { commitScreening } from '../../label/screening-entry.ts';
import { sampleAddress } from '../../label/testing.ts';
import { makeTestDirectory } from '../testing.ts';
import { type LineFate, labelSource, makeParts, startCounts } from './make-parts.ts';
import { openPlan } from './plan.ts';
import { ANSWER_COLUMNS, countVerdicts, exitOf, listAnswerRow } from './screen-text.ts';

const READING = {
  format: 'csv',
  options: { taxonomy, tlp: 'GREEN', pap: 'AMBER', category: 'scam', source: 's', label: 'l' },
} as const;

async function makeAll(lists: readonly string[], maxLabels: number) {
  const directory = await makeTestDirectory();
  const files: string[] = [];
  for (const [index, list] of lists.entries()) {
    files.push(join(directory, `${index}.csv`));
    await writeFile(files[index]!, list);
  }
  const counts = startCounts();
  const fates: LineFate[] = [];
  const ports = { counts, onRead: () => {}, onFileDone: () => {} };
  const onFate = (fate: LineFate) => fates.push(fate);
  const parts = [];
  for await (const part of makeParts(
    files,
    labelSource(READING),
    { ...ports, onFate },
    maxLabels,
  )) {
    parts.push(part);
  }
  return { parts, counts, fates };
}
const listAddresses = (...numbers: number[]) =>
  `address\n${numbers.map((number) => sampleAddress(number)).join('\n')}\n`;

describe('manifests', () => {
  it('are as many as the labels fill, and each line says in which it stands', async () => {
    const lists = [listAddresses(1, 2, 3), 'wallet\nx\n', listAddresses(4, 5)];
    const { parts, counts, fates } = await makeAll(lists, 2);
    expect(parts.map(({ size }) => size)).toEqual([2, 2, 1]);
    expect(counts).toMatchObject({ lines: 5, taken: 5, files: 1, refused: { PACK_MALFORMED: 1 } });
    for (const { bytes, digest, root, size, tlp } of parts) {
      const facts = await verifyLabelManifest(only(bytes), digest);
      expect(facts).toMatchObject({ root, size, tlp });
    }
    const places = fates.map((fate) =>
      fate.fate === 'TAKEN' ? [fate.part, fate.index] : fate.fate,
    );
    expect(places).toEqual([[0, 0], [0, 1], [1, 0], 'REFUSED', [1, 1], [2, 0]]);
  });

  it('are none where nothing is taken', async () => {
    const { parts, counts } = await makeAll(['address\nnonsense\n'], 2);
    expect(parts).toEqual([]);
    expect(counts).toMatchObject({ lines: 1, taken: 0, refused: { ADDRESS_FORM: 1 } });
  });
});

async function* only(bytes: Uint8Array) {
  yield bytes;
}

describe('a plan', () => {
  const what = { type: 'test', v: 1 };
  const plan = {
    ...({ type: 'tabellion.label-plan', v: 1 } as const),
    ...{ parts: [], counts: startCounts(), sightings: [] },
  };

  it('is found again by what it asserts, and belongs to one process', async () => {
    const work = await makeTestDirectory();
    {
      await using directory = await openPlan(work, what);
      expect(directory.plan).toBeUndefined();
      await directory.keep({ ...plan, parts: [], sightings: [] });
      await expect(openPlan(work, what)).rejects.toMatchObject({ code: 'STATE_IN_USE' });
    }
    await using directory = await openPlan(work, what);
    expect(directory.plan).toEqual(plan);
    await using other = await openPlan(work, { ...what, v: 2 });
    expect(other.plan).toBeUndefined();
  });

  it('that is not over is not begun anew, not even when asked for', async () => {
    const work = await makeTestDirectory();
    const digest = 'ab'.repeat(32);
    const part = { manifest: digest, root: digest, size: 1, tlp: 'AMBER', done: false } as const;
    {
      await using directory = await openPlan(work, what);
      await directory.keep({ ...plan, parts: [part] });
    }
    {
      await using directory = await openPlan(work, what, { again: true });
      expect(directory.plan?.parts).toEqual([part]);
      await directory.keep({ ...plan, parts: [{ ...part, done: true }] });
    }
    await using directory = await openPlan(work, what, { again: true });
    expect(directory.plan).toBeUndefined();
  });
});

describe('an exit code', () => {
  it.each<[Verdict[], number]>([
    [['NO_LABEL', 'NO_LABEL'], 0],
    [['NO_LABEL', 'INVALID'], 3],
    [['UNSUPPORTED'], 3],
    [['INVALID', 'STALE'], 12],
    [['ERROR', 'NO_LABEL'], 12],
    [['ERROR', 'LABELLED', 'INVALID'], 10],
  ])('of %o is %i', (verdicts, exit) => {
    const answers = verdicts.map((verdict) => ({ submitted: 'x', verdict }));
    expect(exitOf(countVerdicts(answers))).toBe(exit);
  });
});

it('a row of CSV leaves withdrawn labels out of what stands', () => {
  const label = {
    category: 'mixer',
    member: 'A',
    label: 'l',
    status: 'ACTIVE',
    score: { score: 4 },
  };
  const gone = { ...label, category: 'scam', status: 'WITHDRAWN', score: { score: 90 } };
  const disputed = { ...label, overdueDisputes: 2 };
  const answer = { submitted: 'x', verdict: 'LABELLED', labels: [gone, disputed] };
  const row = listAnswerRow(answer as unknown as ScreenAnswer);
  expect(row.slice(4, 11)).toEqual(['mixer', 'A', 'ACTIVE', 4, 'l', 1, 2]);
  expect(row).toHaveLength(ANSWER_COLUMNS.length);
});

it('a commitment to queries says nothing of the caller’s references', () => {
  const { opening } = commitScreening([{ address: 'x', reference: 'customer 7' }], '[]');
  expect(Buffer.from(opening).toString()).not.toContain('customer 7');
});
