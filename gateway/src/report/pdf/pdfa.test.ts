/**
 * The PDF held to ISO 19005-3 by veraPDF. `VERAPDF` names its program, or a directory with its jars as
 * Maven copies them (`org.verapdf.apps:greenfield-apps` with its dependencies), which `java` then runs.
 */
import { execFile, execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../build-report.ts';
import { type LifeTexts, makeInput } from '../testing.ts';
import { renderPdf } from './render.ts';

interface Checker {
  readonly program: string;
  readonly args: readonly string[];
}

function findChecker(): Checker | undefined {
  const named = process.env.VERAPDF;
  const isThere = (program: string, args: string[]) => {
    try {
      execFileSync(program, args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (named !== undefined && statSync(named).isDirectory()) {
    const args = ['-cp', join(named, '*'), 'org.verapdf.apps.GreenfieldCliWrapper'];
    return isThere('java', ['-version']) ? { program: 'java', args } : undefined;
  }
  const program = named ?? 'verapdf';
  return isThere(program, ['--version']) ? { program, args: [] } : undefined;
}

/** What it prints; that a file fails is no failure of the program. */
async function runChecker(options: readonly string[]): Promise<string> {
  const { program, args } = checker!;
  const run = promisify(execFile)(program, [...args, ...options], { maxBuffer: 64 << 20 });
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? '',
  );
}

const checker = findChecker();
const reason = checker ? '' : ' (skipped: no veraPDF, or no Java for it; VERAPDF names it)';

const EVERY_SCRIPT =
  'Ærøskøbing Žižek Nguyễn Отдел «К» Ђорђе Ελλάδα Հայաստան საქართველო عبد الرحمن بن محمد (نسخة 2) ' +
  'דו"ח 12/3 हिन्दी বাংলা ประเทศไทย 网络安全保卫局 東京警視庁 か゚ サイバー 서울경찰청 龜龍 𠮷 😀 e\u0301 ﬁ ﷺ \ufffd';
const SOUTH_AND_EAST =
  'ગુજરાતી ਪੰਜਾਬੀ ಕನ್ನಡ മലയാളം ଓଡ଼ିଆ සිංහල தமிழ் తెలుగు ភាសាខ្មែរ ພາສາລາວ မြန်မာ བོད་ཡིག ᠮᠣᠩᠭᠣᠯ ꆈꌠꉙ ཨོཾ ក្ដ က္က ਕ੍ਰ క్ష ' +
  'አማርኛ ܣܘܪܝܝܐ ދިވެހި ߒߞߏ ⵜⴰⵎⴰⵣⵉⵖⵜ ᏣᎳᎩ ᐃᓄᒃᑎᑐᑦ ئۇيغۇرچە ☂ 👍🏽 🇨🇳 𓀀 𐎀';
const CASES: readonly (readonly [string, number, Partial<LifeTexts>])[] = [
  [
    'names in many scripts and directions',
    6,
    { path: EVERY_SCRIPT, memberName: EVERY_SCRIPT.slice(0, 118), reason: EVERY_SCRIPT },
  ],
  [
    'names in the scripts of southern and eastern Asia and of Africa, and in some that no font has',
    6,
    { path: SOUTH_AND_EAST, memberName: SOUTH_AND_EAST.slice(0, 118), reason: SOUTH_AND_EAST },
  ],
  [
    'long texts',
    12,
    {
      path: `${'長いファイル名-'.repeat(700)}مسار/`,
      reason: 'A long reason, '.repeat(18),
    },
  ],
  [
    'control and direction characters',
    3,
    { path: '\u0000\u0007\u202e\u2067\u200d\u00ad\u0085\n\t\uffff\u{10ffff}' },
  ],
  ['1,000 steps', 1000, {}],
];

describe.skipIf(!checker)(`PDF/A-3b by veraPDF${reason}`, () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tabellion-pdfa-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('passes on names in any script in both languages, on long texts and on many steps', async () => {
    const files: string[] = [];
    for (const [name, steps, texts] of CASES) {
      for (const language of steps === 6 ? (['en', 'zh'] as const) : (['en'] as const)) {
        const file = join(directory, `${name} ${language}.pdf`);
        const report = buildReport({ ...makeInput(steps, texts), language });
        await writeFile(file, await renderPdf(report));
        files.push(file);
      }
    }
    const stdout = await runChecker(['--flavour', '3b', '--format', 'text', ...files]);
    const verdicts = stdout.split('\n').filter((line) => /^(PASS|FAIL)/.test(line));
    expect(verdicts.sort()).toEqual(files.map((file) => `PASS ${file} 3b`).sort());
  }, 600_000);
});
