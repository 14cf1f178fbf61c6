/**
 * Tags of MISP: markings, and what a coin address of MISP has no field for, as machine tags of ours with
 * percent-encoded values: `tabellion:network="eip155:1"`.
 */
import type { LabelFacts } from '@tabellion/proof';
import { readMarking, writePap, writeTlp } from './marking.ts';

/** A tag's name has 255 characters at most in MISP's database. */
const MAX_TAG = 255;

const MACHINE = /^([^:="]+):([^="]+)="(.*)"$/s;
const OWN = 'tabellion';

export interface ReadTags {
  /** Values of our own tags by their predicates. */
  readonly own: ReadonlyMap<string, readonly string[]>;
  readonly tlp: string | undefined;
  readonly pap: string | undefined;
  /** Of all other tags: what might be the name of a category. */
  readonly words: readonly string[];
}

/** @param tags names, the nearest to the address first: the first marking counts. */
export function readTags(tags: readonly string[]): ReadTags {
  const own = new Map<string, string[]>();
  const words: string[] = [];
  let tlp: string | undefined;
  let pap: string | undefined;
  for (const tag of tags) {
    const [, namespace, predicate, value] = MACHINE.exec(tag) ?? [];
    if (/^tlp:/i.test(tag)) tlp ??= readMarking(tag);
    else if (/^pap:/i.test(tag)) pap ??= readMarking(tag);
    else if (namespace === OWN) {
      own.set(predicate!, [...(own.get(predicate!) ?? []), decode(value!)]);
    } else if (predicate === undefined) words.push(tag.slice(tag.indexOf(':') + 1));
    else words.push(value!, predicate);
  }
  return { own, tlp, pap, words };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const tag = (predicate: string, value: string) =>
  `${OWN}:${predicate}="${encodeURIComponent(value)}"`;

/** Whether a source is short enough for a tag. */
export const isTagged = (source: string): boolean => tag('source', source).length <= MAX_TAG;

export function writeTags(facts: LabelFacts): string[] {
  return [
    writeTlp(facts.tlp),
    writePap(facts.pap),
    tag('network', facts.network),
    tag('category', facts.category),
    ...(facts.concepts ?? []).map((concept) => tag('concept', concept)),
    tag('confidence', facts.provenance),
    ...(isTagged(facts.source) ? [tag('source', facts.source)] : []),
  ];
}
