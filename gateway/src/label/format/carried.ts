/**
 * What a label says beyond the fields of TagPack and MISP, as JSON in a free field of theirs: a copy that
 * we wrote is read back in full, and other tools see a text that they leave alone.
 */
import type { LabelFacts } from '@tabellion/proof';
import { z } from 'zod';

const CARRIED = [
  'links',
  'observedAt',
  'validFrom',
  'validUntil',
  'tlp',
  'pap',
  'corrects',
] as const;
type Carried = (typeof CARRIED)[number];

const carried = z.object({ tabellion: z.record(z.string(), z.unknown()) });

/** @param more further fields that the format at hand has no place for. */
export function writeCarried(facts: LabelFacts, more: readonly (keyof LabelFacts)[] = []): string {
  const entries = [...CARRIED, ...more]
    .filter((name) => facts[name] !== undefined)
    .map((name) => [name, facts[name]]);
  return JSON.stringify({ tabellion: Object.fromEntries(entries) });
}

/** Undefined for a text that is none of ours. What it holds is checked with the rest of the label. */
export function readCarried(
  text: string | undefined,
): Partial<Record<Carried | 'actor' | 'source', unknown>> | undefined {
  if (text === undefined || !text.startsWith('{"tabellion":')) return undefined;
  try {
    const parsed = carried.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.tabellion : undefined;
  } catch {
    return undefined;
  }
}
