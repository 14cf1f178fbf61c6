/**
 * The known cases as one file for every implementation (test/vectors/proof-bundles.json): bundles and
 * trust files stand once, cases point to them. Written anew, with new keys, by write-vectors.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBase64url, type Trust, toBase64url, type VerdictCode } from '../src/index.ts';
import type { Case } from './cases.ts';

const FILE = fileURLToPath(new URL('../../test/vectors/proof-bundles.json', import.meta.url));

interface Vectors {
  readonly note: string;
  /** Exact bytes, base64url. */
  readonly bundles: readonly string[];
  readonly trusts: readonly Trust[];
  readonly cases: readonly {
    readonly name: string;
    readonly code: VerdictCode;
    readonly bundle: number;
    readonly trust: number;
    /** Milliseconds since 1970; null stands for a time that is no number. */
    readonly now: number | null;
    readonly file?: { readonly sha256: string; readonly size: number };
    readonly challenge?: string;
  }[];
}

export function writeVectors(cases: readonly Case[]): void {
  const bundles: string[] = [];
  const trusts: string[] = [];
  const vectors = cases.map(({ name, code, bundle, trust, now, file, challenge }) => ({
    name,
    code,
    bundle: place(bundles, toBase64url(bundle)),
    trust: place(trusts, JSON.stringify(trust)),
    now,
    ...(file && { file }),
    ...(challenge && { challenge: toBase64url(challenge) }),
  }));
  const document: Vectors = {
    note: 'Proof bundles and their verdicts; written by proof/test-support/write-vectors.ts',
    bundles,
    trusts: trusts.map((text) => JSON.parse(text) as Trust),
    cases: vectors,
  };
  writeFileSync(FILE, `${JSON.stringify(document, null, 1)}\n`);
}

export function readVectors(): Case[] {
  const { bundles, trusts, cases } = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;
  return cases.map(({ bundle, trust, now, challenge, ...rest }) => ({
    ...rest,
    bundle: fromBase64url(bundles[bundle]!),
    trust: trusts[trust]!,
    now: now ?? Number.NaN,
    ...(challenge !== undefined && { challenge: fromBase64url(challenge) }),
  }));
}

/** Position of the text in the list, added if it is not there. */
function place(list: string[], text: string): number {
  const found = list.indexOf(text);
  return found >= 0 ? found : list.push(text) - 1;
}
