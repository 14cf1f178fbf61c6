/** `proof label`: the proof of one label, and of what members said of it, written to a file. */
import { fromBase64url, labelBundle, labelStatement, parseStrict } from '@tabellion/proof';
import type { Invocation } from '../context.ts';
import { parseDigits } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { openSession } from '../session.ts';

export interface LabelProofOptions {
  readonly assertionOnly?: true;
  readonly output?: string;
  readonly force?: true;
}

export async function exportLabelProof(
  invocation: Invocation<LabelProofOptions>,
): Promise<Outcome> {
  const { options, args } = invocation;
  const [digits, index = ''] = (args[0] as string).split(':');
  const batch = parseDigits('a batch', 64, digits);
  if (!/^(0|[1-9]\d{0,5})$/.test(index)) {
    throw new CliError('USAGE', 'give one label: BATCH:INDEX, counted from 0');
  }
  const { client } = await openSession(invocation);
  const query = options.assertionOnly ? '?of=ASSERTION' : '';
  const bytes = await client.getBytes(`/v1/label/batches/${batch}/proofs/${index}${query}`);
  const { statement } = expectShape(labelBundle, parseStrict(bytes, { maxBytes: bytes.length }));
  const { tlp, pap } = expectShape(labelStatement, parseStrict(fromBase64url(statement)));
  const output = options.output ?? `${batch.slice(0, 16)}-${index}.label.json`;
  await writeNewFile(output, bytes, options.force === true);
  const what = options.assertionOnly ? 'proof of' : 'proof, with what members said until now, of';
  return {
    document: { file: output, batch, index: Number(index), bytes: bytes.length, tlp, pap },
    text: `${output}: ${what} label ${index} of batch ${batch}\nmarked TLP:${tlp}, PAP:${pap}: the file holds the address, hand it on only as that allows`,
  };
}
