/**
 * Anchoring against what bounds it, interleaved in one run; a ratio is the median of the pairs.
 *   items      NDJSON lines through parse, check, salt, leaf, manifest, batch and commit on the durable
 *              embedded ledger, against the same lines prepared and written to one fsynced file, and
 *              against one SQLite row a line, each committed with synchronous=FULL
 *   hashing    walk and hash pool, against `sha256sum` with one process a core over the same tree
 */
import '@tabellion/proof/node';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { openAnchoring } from '../gateway/src/evidence/anchoring.ts';
import { toBytePath } from '../gateway/src/evidence/byte-path.ts';
import { drawSalt, encodeCommitment } from '../gateway/src/evidence/commitment.ts';
import { hashFiles } from '../gateway/src/evidence/hash-pool.ts';
import { toItemFacts } from '../gateway/src/evidence/item-facts.ts';
import { ManifestDigest, manifestChunks } from '../gateway/src/evidence/manifest.ts';
import { openManifests } from '../gateway/src/evidence/member-manifests.ts';
import { isReport, type Source, walkSources } from '../gateway/src/evidence/source.ts';
import { readItems } from '../gateway/src/http/item-body.ts';
import {
  type EvidenceConsortium,
  MEMBER,
  openEvidenceConsortium,
} from '../test/support/evidence-consortium.ts';
import { makeBody } from './bench-common/items.ts';
import { comparePairs, type Measure, printReport, type Row, toRow } from './bench-common/report.ts';

const quick = process.argv.includes('--quick');
const asJson = process.argv.includes('--json');
const PAIRS = quick ? 5 : 7;
const ITEMS = quick ? 65_536 : 4 * 65_536;
const SINGLE_ROWS = quick ? 300 : 1000;
/** Bytes in a piece of a request's body, as a socket gives them. */
const PIECE = 65_536;

const directory = mkdtempSync(join(tmpdir(), 'tabellion-bench-'));
try {
  const consortium = await openEvidenceConsortium(join(directory, 'data'));
  const rows = [...(await benchItems(consortium)), await benchHashing()];
  await consortium.close();
  printReport(asJson, { bench: 'anchoring', rows });
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function benchItems(consortium: EvidenceConsortium): Promise<Row[]> {
  const body = makeBody(ITEMS);
  const manifests = await openManifests({
    directory: join(directory, 'manifests'),
    members: [MEMBER],
    batchOf: () => undefined,
  });
  const anchoring = await openAnchoring({
    directory: join(directory, 'spool'),
    portsOf: () => consortium.portsOf(consortium.service),
    manifestsOf: manifests.of,
    now: Date.now,
  });
  const system = {
    subject: 'bench',
    member: MEMBER,
    role: 'system',
    clientKind: 'system',
  } as const;

  const anchor: Measure = async () => {
    const acquisition = await consortium.acquire(consortium.service);
    const began = performance.now();
    let count = 0;
    for await (const group of anchoring.anchorItems(system, acquisition, readItems(cut(body))))
      count += group.length;
    if (count !== ITEMS) throw new Error('items were lost');
    return rate(ITEMS, began);
  };
  const onBatch = await comparePairs(anchor, () => writeOneFile(body), PAIRS);
  const onRows = await comparePairs(anchor, () => commitSingleRows(makeBody(SINGLE_ROWS)), PAIRS);
  await anchoring.close();
  await manifests.close();
  const unit = 'items/s';
  return [
    toRow('items anchored', unit, 'same lines in one fsynced file', onBatch, 0.5),
    toRow('items anchored', unit, 'one SQLite row a commit, FULL', onRows, 5),
  ];
}

/** What no anchoring can do without: parse, check, salt, encode, leaf, root, one durable file. */
async function writeOneFile(body: Buffer): Promise<number> {
  const began = performance.now();
  let lines: Buffer[] = [];
  let digest = new ManifestDigest();
  const file = await open(join(directory, 'one-file'), 'w');
  const writeBatch = async () => {
    digest.finish();
    for (const chunk of manifestChunks(lines)) await file.appendFile(chunk);
    await file.sync();
    lines = [];
    digest = new ManifestDigest();
  };
  for await (const group of readItems(cut(body))) {
    for (const item of group) {
      const line = encodeCommitment(toItemFacts(item), drawSalt());
      digest.add(line, item.size);
      if (lines.push(line) === 65_536) await writeBatch();
    }
  }
  if (lines.length > 0) await writeBatch();
  await file.close();
  return rate(ITEMS, began);
}

async function commitSingleRows(body: Buffer): Promise<number> {
  const database = new DatabaseSync(join(directory, 'rows.sqlite'));
  database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, line BLOB)`);
  const insert = database.prepare('INSERT INTO item (line) VALUES (?)');
  const began = performance.now();
  for await (const group of readItems(cut(body))) {
    for (const item of group) insert.run(encodeCommitment(toItemFacts(item), drawSalt()));
  }
  const result = rate(SINGLE_ROWS, began);
  database.close();
  return result;
}

async function benchHashing(): Promise<Row> {
  const tree = fileURLToPath(new URL('../node_modules', import.meta.url));
  const cores = availableParallelism();
  let bytes = 0;
  const pool: Measure = async () => {
    const began = performance.now();
    bytes = 0;
    for await (const group of hashFiles(files(tree))) {
      for (const { job, result } of group) if ('digests' in result) bytes += job.size;
    }
    return rate(bytes / 1e6, began);
  };
  const sums: Measure = async () => {
    const began = performance.now();
    const command = 'find . -type f -print0 | xargs -0 -P "$1" -n 128 sha256sum';
    execFileSync('sh', ['-c', command, 'sh', String(cores)], {
      cwd: tree,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return rate(bytes / 1e6, began);
  };
  await pool();
  return toRow(
    'tree walked and hashed',
    'MB/s',
    `sha256sum, ${cores} processes`,
    await comparePairs(pool, sums, PAIRS),
    0.9,
  );
}

function* files(tree: string): Generator<Source | null> {
  for (const entry of walkSources([toBytePath(tree)])) {
    yield isReport(entry) || entry.kind === 'link' ? null : entry;
  }
}

function rate(amount: number, began: number): number {
  return (amount * 1000) / (performance.now() - began);
}

async function* cut(body: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE);
}
