/** Before the gateway's own key signs: the endorsed record says what was asked for. */
import { canonicalText, parseCanonical } from '@tabellion/proof';
import { Problem } from './problem.ts';

/** Every field of the input that the record has must stand in it unchanged. @throws Problem. */
export function assertReflects(input: unknown, result: Uint8Array): void {
  const record = parseCanonical(result) as Record<string, unknown>;
  for (const [name, asked] of Object.entries(input as Record<string, unknown>)) {
    if (name in record && canonicalText(record[name]) !== canonicalText(asked))
      throw new Problem('RECORD_MISMATCH', `${name} is not what was asked for`);
  }
}
