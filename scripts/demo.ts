/**
 * The main job on real files, with the same commands that people type: every file of this checkout is
 * anchored, three of them are handed from CN to SG, SG examines one, its report is written and its custody
 * printed, the gateway is stopped, and file and proofs are verified offline, unchanged and with one byte
 * flipped.
 */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { startGateway } from './demo/gateway.ts';
import { createPerson, type Person } from './demo/person.ts';
import { serve } from './serve.ts';

const ROOT = join(import.meta.dirname, '..');
/** The first is examined, reported and verified. */
const EXHIBITS = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md'];
const GIVER = 'investigator.cn';
const RECEIVER = 'investigator.sg';
const ACQUISITION = {
  '--case': 'DEMO/2026/1',
  '--legal-basis': 'cn-cpl-136@1',
  '--method': 'device-imaging@1',
  '--standard': 'iso-iec-27037@1',
  '--route': 'DOMESTIC',
  '--system': 'CN',
  '--publicly-released': 'NO',
  '--full-copy': 'The whole checkout serves as the seized medium',
  '--reason': 'Demonstration on the files of this checkout',
};

export interface DemoOptions {
  readonly port: number;
  readonly once: boolean;
  readonly json: boolean;
}

/** @returns the exit code: 0 if every step did what it should. */
export async function runDemo({ port, once: single, json }: DemoOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-demo-'));
  const say = (text: string) => void (json ? undefined : process.stdout.write(`${text}\n`));
  try {
    const result = await demonstrate(directory, single ? 0 : port, say, json);
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    const { intact, custody, altered } = result.verdicts;
    const isRight = intact === 'INTACT' && custody === 'INTACT';
    if (!isRight || altered !== 'FILE_DIGEST_MISMATCH') return 1;
    if (single) return 0;
    say('\nThe gateway runs again on the same data, for you to look around.\n');
    return await serve({ directory: join(directory, 'data'), port, json: false });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function demonstrate(
  directory: string,
  port: number,
  say: (text: string) => void,
  json: boolean,
) {
  const started = performance.now();
  const data = join(directory, 'data');
  const gateway = await startGateway(data, port);
  const { address, users } = gateway.ready;
  const person = (user: string) => {
    const { password } = users.find((one) => one.user === user)!;
    return createPerson({ user, password, directory, say, quiet: json });
  };
  const [giver, receiver] = [person(GIVER), person(RECEIVER)];
  try {
    say(`A consortium of four members and its gateway run at ${address}, in ${data}.`);

    say(`\n1. ${GIVER} signs in; the key is made here and stays here.`);
    await giver.signIn(address);

    const totals = await collect(giver, say);

    say('\n5. The proof of one file travels: the file, its proof and the trust file.');
    const files = EXHIBITS.map((name) => join(directory, basename(name)));
    for (const [at, name] of EXHIBITS.entries()) await copyFile(join(ROOT, name), files[at]!);
    const file = files[0]!;
    const proof = `${file}.proof.json`;
    const trust = join(directory, 'trust.json');
    await giver.run(['proof', 'export', file, '--output', proof]);
    await giver.run(['trust', 'export', '--output', trust]);
    say(`   the proof has ${(await readFile(proof)).length} bytes`);

    const custody = await handOver({ giver, receiver, address, files, directory, say });

    say('\n9. The gateway is stopped. From here on nothing but these files is used.');
    await gateway.stop();

    const verify = ['verify', proof, '--trust', trust, '--file', file];
    say('\n10. Verified offline, the file and then the chain of its custody:');
    const intact = await giver.run<Verdict>(verify);
    say(`   ${intact.code}: ${intact.message}`);
    const chain = await giver.run<Verdict>(['verify', custody, '--trust', trust, '--file', file]);
    say(`   ${chain.code}: ${chain.message}`);

    say('\n11. One byte of the file is flipped:');
    await flipByte(file);
    const altered = await giver.run<Verdict>(verify, { allowed: [10] });
    say(`   ${altered.code}: ${altered.message}`);

    const seconds = Math.round((performance.now() - started) / 100) / 10;
    say(`\nDone in ${seconds} s.`);
    return {
      ...{ items: totals.items, batches: totals.batches, seconds },
      verdicts: { intact: intact.code, custody: chain.code, altered: altered.code },
    };
  } finally {
    await gateway.stop();
  }
}

interface Verdict {
  readonly code: string;
  readonly message: string;
}

async function collect(giver: Person, say: (text: string) => void) {
  say('\n2. An act of collection is recorded, with its legal basis, method and standard.');
  const { id } = await giver.run<{ id: string }>([
    'acquire',
    ...Object.entries(ACQUISITION).flat(),
  ]);
  say(`   acquisition ${id}`);

  say('\n3. Every file of this checkout is hashed and anchored.');
  const { totals, omitted } = await giver.run<{
    totals: { batches: number; items: number; bytes: number };
    omitted: number;
  }>(['anchor', '--acquisition', id, ROOT], { allowed: [0, 3] });
  const { batches, items, bytes } = totals;
  say(`   ${items} items, ${bytes} bytes, ${batches} batches; ${omitted} unread`);

  say('\n4. The acquisition is closed with its totals, so that an omission would show.');
  await giver.run(['close', id, '--reason', 'Everything was collected']);
  return totals;
}

interface HandOver {
  readonly giver: Person;
  readonly receiver: Person;
  readonly address: string;
  readonly files: readonly string[];
  readonly directory: string;
  readonly say: (text: string) => void;
}

/** Returns the file with the proof of custody of the first. */
async function handOver({ giver, receiver, address, files, directory, say }: HandOver) {
  say(`\n6. ${GIVER} opens custody of three items and offers them to SG.`);
  const handed: { item: string; file: string; bundle: string }[] = [];
  for (const file of files) {
    const bundle = `${file}.bundle.json`;
    const why = ['--reason', 'Requested by SG'];
    const { item } = await giver.run<{ item: string }>([
      ...['custody', 'open', file, '--output', bundle, ...why],
    ]);
    await giver.run(['custody', 'offer', item, '--to', 'SgAgencyMSP', ...why]);
    handed.push({ item, file, bundle });
  }

  say(`\n7. ${RECEIVER} compares what arrived, accepts all three and examines one.`);
  await receiver.signIn(address);
  for (const { file, bundle } of handed) {
    const compared = ['--bundle', bundle, '--file', file];
    await receiver.run(['custody', 'accept', bundle, ...compared, '--reason', 'Received']);
  }
  const [{ item, file, bundle }] = handed as [(typeof handed)[number]];
  await receiver.run([
    ...['custody', 'examine', item, '--method', 'Keyword search', '--bundle', bundle],
    ...['--file', file, '--reason', 'Request 2026/44'],
  ]);

  say('\n8. The report is written, the chain of custody exported and printed.');
  const report = join(directory, 'report.pdf');
  await receiver.run(['report', item, '--out', report, '--bundle', bundle]);
  say(`   ${report} has ${(await readFile(report)).length} bytes`);
  const custody = join(directory, 'custody.json');
  await receiver.run(['proof', 'custody', item, '--commitment', bundle, '--output', custody]);
  say(await receiver.print(['custody', 'show', item]));
  return custody;
}

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 1;
  await writeFile(file, bytes);
}
