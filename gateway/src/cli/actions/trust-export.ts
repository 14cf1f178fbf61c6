/** `trust export`: the gateway's trust file, held against the one that was pinned at `init`. */
import { createHash } from 'node:crypto';
import { parseTrust } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';
import { formatFields } from '../table.ts';
import { assertPinned } from '../trust-pin.ts';

export interface TrustExportOptions {
  readonly output: string;
  readonly force?: true;
}

export async function exportTrust(invocation: Invocation<TrustExportOptions>): Promise<Outcome> {
  const { options } = invocation;
  const { client, paths } = await openSession(invocation);
  const bytes = await client.getBytes('/v1/trust', { signedIn: false });
  const trust = parseTrust(bytes);
  await assertPinned(paths, trust);
  await writeNewFile(options.output, bytes, options.force === true);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { consortium, channel, ledger, genesis } = trust;
  return {
    document: { file: options.output, sha256, consortium, channel, ledger, genesis },
    text: [
      formatFields([
        ['Written to', options.output],
        ['SHA-256', sha256],
        ['Consortium', consortium],
        ['Channel', channel],
        ['Ledger', ledger],
        ['Genesis', genesis],
      ]),
      '',
      'It came from one gateway: before you rely on it, compare the genesis digest and the roots with',
      'what another member tells you.',
    ].join('\n'),
  };
}
