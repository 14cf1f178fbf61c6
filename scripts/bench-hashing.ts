/**
 * A tree of files, walked and hashed as `tabellion anchor` does it, against `sha256sum` with one process
 * a core over the same tree: many small files, some of middle size and a few large ones, in directories
 * of their own and twice as much in bytes as one could hold by chance in a cache of the processor. Both
 * read from the page cache: the disk is not what is compared.
 */
import '@tabellion/proof/node';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { toBytePath } from '../gateway/src/evidence/byte-path.ts';
import { hashFiles } from '../gateway/src/evidence/hash-pool.ts';
import { isReport, type Source, walkSources } from '../gateway/src/evidence/source.ts';
import { runBench } from './bench-common/bench.ts';
import { comparePairs, measureRate, type Row, toRow } from './bench-common/report.ts';

const GOAL = 0.9;
const PAIRS = 5;
const MEGABYTE = 1_000_000;

interface Kind {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

await runBench('hashing', async ({ quick, directory, report }) => {
  const scale = quick ? 0.25 : 1;
  const kinds: readonly Kind[] = [
    { name: 'small files', files: 20_000 * scale, bytes: 4000 },
    { name: 'middle files', files: 800 * scale, bytes: MEGABYTE },
    { name: 'large files', files: 4, bytes: 400 * MEGABYTE * scale },
  ];
  const trees = kinds.map((kind) => {
    const tree = join(directory, kind.name.replace(' ', '-'));
    makeTree(tree, kind);
    return { name: kind.name, tree };
  });
  const rows: Row[] = [];
  for (const { name, tree } of [{ name: 'whole tree', tree: directory }, ...trees]) {
    report(name);
    rows.push(await compareTree(name, tree));
  }
  return rows;
});

/** At most a hundred files a directory. */
function makeTree(tree: string, { files, bytes }: Kind): void {
  const content = randomBytes(bytes);
  for (let index = 0; index < files; index += 1) {
    const place = join(tree, `${Math.floor(index / 100)}`);
    if (index % 100 === 0) mkdirSync(place, { recursive: true });
    content.writeUInt32BE(index);
    writeFileSync(join(place, `${index}.bin`), content);
  }
}

async function compareTree(name: string, tree: string): Promise<Row> {
  const cores = availableParallelism();
  let bytes = 0;
  const hashAll = async () => {
    bytes = 0;
    for await (const group of hashFiles(files(tree))) {
      for (const { job, result } of group) {
        if (!('digests' in result)) throw new Error('a file was not hashed');
        bytes += job.size;
      }
    }
  };
  await hashAll();
  const amount = bytes / MEGABYTE;
  const sumAll = async () => {
    const command = 'find . -type f -print0 | xargs -0 -P "$1" -n 128 sha256sum';
    const stdio = ['ignore', 'ignore', 'inherit'] as const;
    execFileSync('sh', ['-c', command, 'sh', String(cores)], { cwd: tree, stdio: [...stdio] });
  };
  const compared = await comparePairs(
    () => measureRate(amount, hashAll),
    () => measureRate(amount, sumAll),
    PAIRS,
  );
  return toRow(name, 'MB/s', `sha256sum, ${cores} processes`, compared, GOAL);
}

function* files(tree: string): Generator<Source | null> {
  for (const entry of walkSources([toBytePath(tree)])) {
    yield isReport(entry) || entry.kind === 'link' ? null : entry;
  }
}
