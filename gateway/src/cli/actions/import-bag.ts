/**
 * `import bag`: checks a foreign bag, verifies the proofs in it with a trust file that one has from
 * elsewhere, and lists its payload for `list import`. No network.
 */
import '@tabellion/proof/node';
import { parseTrust, verify } from '@tabellion/proof';
import { toBytePath } from '../../evidence/byte-path.ts';
import { KnownItems } from '../../evidence/tree/known-items.ts';
import { PAYLOAD } from '../../exchange/bag/bag-name.ts';
import {
  checkProofs,
  type FoundFile,
  type ReadBag as ReadBagOptions,
} from '../../exchange/bag/check-proofs.ts';
import { isWeak, readBag } from '../../exchange/bag/read-bag.ts';
import { EXIT } from '../../explain/exit-code.ts';
import type { Invocation } from '../context.ts';
import { parseCount, readSmallFile } from '../document.ts';
import { collectItems, writeImportedList } from '../exchange/import-list.ts';
import { CliError } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { formatBytes, formatCount } from '../table.ts';
import { DOES_NOT_SHOW } from '../verdict-text.ts';
import { MAX_TRUST_BYTES, VERDICT_EXITS } from './verify.ts';

export interface ImportBagFlags {
  readonly output?: string;
  readonly trust?: string;
  readonly maxBytes?: string;
  readonly maxRatio?: string;
  readonly force?: true;
}

export async function importBag(invocation: Invocation<ImportBagFlags>): Promise<Outcome> {
  const [path = ''] = invocation.args;
  const { output, trust, maxBytes, maxRatio, force } = invocation.options;
  const limits = {
    ...(maxBytes !== undefined && { maxBytes: parseCount('--max-bytes', maxBytes) }),
    ...(maxRatio !== undefined && { maxRatio: parseCount('--max-ratio', maxRatio) }),
  };
  const found = new Map<string, FoundFile>();
  using known = new KnownItems();
  const { add, flush } = collectItems(known);
  const summary = await readBag(
    path,
    ({ name, ...file }) => {
      add({ name: toBytePath(name), ...file });
      if (trust !== undefined) found.set(`${PAYLOAD}${name}`, file);
    },
    limits,
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    throw new CliError('FILE_UNREADABLE', `cannot read ${path} (${error.code})`, error);
  });
  const proofs =
    trust === undefined
      ? undefined
      : await judgeProofs(
          { path, top: summary.top, limits },
          found,
          trust,
          invocation.context.now(),
        );
  flush();
  if (output !== undefined) {
    await writeImportedList(known, output, {
      from: 'import bag',
      hint: 'which is meant cannot be known',
      replace: force === true,
    });
  }
  const weak = isWeak(summary);
  return {
    document: {
      bag: path,
      ...summary,
      weak,
      ...(proofs && { proofs: proofs.document }),
      ...(output !== undefined && { output }),
    },
    text: [
      `${formatCount(summary.files, 'file')} (${formatBytes(summary.bytes)}) are what the manifests of ${path} say (${summary.algorithms.join(', ')})`,
      ...(weak ? ['only MD5 or SHA-1: that shows accidents, and no change made on purpose'] : []),
      ...(proofs?.lines ?? [
        'a bag says nothing of who made it, or when: anchored proofs do, and --trust verifies them',
      ]),
      ...(output === undefined ? [] : [`listed in ${output}`]),
    ].join('\n'),
    exit: proofs?.exit ?? EXIT.done,
  };
}

/** Deviations named for people; the document has all. */
const NAMED = 20;

async function judgeProofs(
  bag: ReadBagOptions,
  found: ReadonlyMap<string, FoundFile>,
  trustFile: string,
  now: number,
) {
  const trust = parseTrust(await readSmallFile(trustFile, MAX_TRUST_BYTES));
  const { results, unproven } = await checkProofs(bag, found, (proof, file) =>
    verify(proof, trust, { now, file }),
  );
  const intact = results.filter(({ verdict }) => verdict.outcome === 'INTACT');
  const refused = results.flatMap(({ payload, kind, verdict: { outcome, code, message } }) =>
    outcome === 'INTACT' ? [] : [{ payload, kind, outcome, code, message }],
  );
  const custody = intact.filter(({ kind }) => kind === 'custody').length;
  const worst = (['MISMATCH', 'UNTRUSTED', 'UNREADABLE'] as const).find((outcome) =>
    refused.some((one) => one.outcome === outcome),
  );
  // Taking the proofs out of a bag must not pass for having them verified.
  const enough = unproven.length === 0 ? EXIT.done : EXIT.incomplete;
  const lines = [
    `${formatCount(intact.length, 'proof')} verified, ${formatCount(custody, 'chain')} of custody among them`,
    ...refused
      .slice(0, NAMED)
      .map(({ payload, kind, code }) => `FAILED  ${code}  ${kind} of ${payload}`),
    ...(unproven.length === 0
      ? []
      : [`UNPROVEN  ${formatCount(unproven.length, 'file')} without any proof in the bag`]),
    `Shows: ${intact.length === 0 ? 'nothing' : 'the files with a verified proof are unchanged since they were anchored'}.`,
    `Does not show: ${DOES_NOT_SHOW}.`,
  ];
  return {
    document: { verified: intact.length, custody, refused, unproven },
    lines,
    exit: worst === undefined ? enough : VERDICT_EXITS[worst],
  };
}
