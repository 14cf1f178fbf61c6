/** From what an entry of any list says to the facts of a label, or to the reason why not. */
import '@tabellion/screening/node';
import { hash } from 'node:crypto';
import {
  type LabelFacts,
  labelStatement,
  networkId,
  type Provenance,
  provenance,
} from '@tabellion/proof';
import {
  findNetworks,
  isRefusal,
  type NormalisedAddress,
  normaliseAddress,
} from '@tabellion/screening';
import type { Entry, EntryRefusalCode, ReadOptions, RefusedEntry } from './entry.ts';

/** As written; what is absent was not said. */
export interface Draft {
  readonly address?: string | undefined;
  /** CAIP-2, or a code that stands for one network or, with tokens, for several. */
  readonly network?: string | undefined;
  /** Where `network` was read from, for what is told as derived. */
  readonly networkField?: string;
  /** In falling order of preference; the first is the category, the others become concepts. */
  readonly categories: readonly string[];
  readonly label?: string | undefined;
  readonly provenance?: string | undefined;
  readonly source?: string | undefined;
  /** The rest of a label, checked here. */
  readonly rest: Readonly<Partial<Record<keyof LabelFacts, unknown>>>;
  /** Told in words as derived. */
  readonly notes: readonly string[];
}

/** Turns drafts into entries and remembers which were there already. */
export interface Drafting {
  take(line: number, draft: Draft): Entry;
}

const facts = labelStatement.omit({ type: true, v: true, salt: true });

export function startDrafting(options: ReadOptions): Drafting {
  const seen = createMemory();
  return {
    take(line, draft) {
      const made = makeFacts(draft, options);
      if ('refused' in made) return { line, ...made };
      const earlier = seen(made.facts, line);
      if (earlier !== undefined) return { line, merged: earlier };
      return { line, ...made };
    },
  };
}

type Refusal = Omit<RefusedEntry, 'line'>;
const refuse = (refused: EntryRefusalCode, detail: string): Refusal => ({ refused, detail });

function makeFacts(draft: Draft, options: ReadOptions) {
  const derived = [...draft.notes];
  const located = locate(draft, derived);
  if ('refused' in located) return located;
  const category = categorise(draft, options, derived);
  if ('refused' in category) return category;
  const known = weigh(draft, options, derived);
  if ('refused' in known) return known;
  const label = draft.label ?? options.label;
  if (label === undefined)
    return refuse('LABEL_MISSING', 'nothing says what the address is called');
  if (draft.label === undefined) derived.push('label: set for the import');
  const parsed = facts.safeParse({
    tlp: options.tlp,
    pap: options.pap,
    ...draft.rest,
    network: located.network,
    address: located.address.address,
    ...category,
    label,
    ...known,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse('FIELD_INVALID', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const burn = located.address.burn ? { burn: true as const } : {};
  return { facts: parsed.data as LabelFacts, derived, ...burn };
}

interface Located {
  readonly network: string;
  readonly address: NormalisedAddress;
}

function locate(draft: Draft, derived: string[]): Located | Refusal {
  if (draft.address === undefined) return refuse('ADDRESS_MISSING', 'no address in it');
  const text = draft.address.trim();
  if (text !== draft.address) derived.push('address: blanks around it taken off');
  const found = place(text, draft, derived);
  if (!('refused' in found) && found.address.address !== text) {
    derived.push('address: written in canonical form');
  }
  return found;
}

function place(
  text: string,
  { network, networkField }: Draft,
  derived: string[],
): Located | Refusal {
  const code = network?.trim();
  if (code === undefined || code === '') {
    const address = normaliseAddress(text);
    if (isRefusal(address)) return refuse(address.code, address.detail);
    const [likeliest] = address.networks;
    const others = address.networks.length - 1;
    derived.push(
      `network: ${likeliest} by the form${others > 0 ? `, which ${others} more have` : ''}`,
    );
    return { network: likeliest!, address };
  }
  const candidates = networkId.safeParse(code).success
    ? [code]
    : findNetworks(code).map(({ id }) => id);
  if (candidates.length === 0) {
    return refuse('NETWORK_UNKNOWN', 'the currency or network named is not known here');
  }
  let refusal: Refusal | undefined;
  for (const candidate of candidates) {
    const address = normaliseAddress(text, candidate);
    if (isRefusal(address)) {
      refusal ??= refuse(address.code, address.detail);
      continue;
    }
    if (candidate !== code) {
      const why = candidates.length > 1 ? ', by the form' : '';
      derived.push(`network: ${candidate} from ${networkField ?? 'network'} ${code}${why}`);
    }
    return { network: candidate, address };
  }
  return refusal!;
}

function categorise(
  { categories }: Draft,
  { taxonomy, category }: ReadOptions,
  derived: string[],
): Pick<LabelFacts, 'category' | 'concepts'> | Refusal {
  const ids = new Set<string>();
  for (const word of categories) {
    const id = taxonomy.find(word);
    if (id === undefined)
      return refuse('CATEGORY_UNKNOWN', 'no category of the taxonomy has that word');
    if (id !== word) derived.push(`category: ${id} for ${word.slice(0, 64)}`);
    ids.add(id);
  }
  if (ids.size === 0) {
    if (category === undefined) return refuse('CATEGORY_MISSING', 'no category is given');
    derived.push(`category: ${category}, set for the import`);
    return { category };
  }
  const [first, ...concepts] = ids;
  return { category: first!, ...(concepts.length > 0 && { concepts }) };
}

function weigh(
  draft: Draft,
  options: ReadOptions,
  derived: string[],
): Pick<LabelFacts, 'provenance' | 'source'> | Refusal {
  const source = draft.source ?? options.source;
  if (source === undefined)
    return refuse('LABEL_SOURCE_MISSING', 'nothing says where it comes from');
  if (draft.source === undefined) derived.push('source: set for the import');
  if (draft.provenance !== undefined) {
    const parsed = provenance.safeParse(draft.provenance);
    if (!parsed.success)
      return refuse('PROVENANCE_UNKNOWN', 'a confidence that is none of GraphSense’s');
    return { provenance: parsed.data, source };
  }
  const stated: Provenance = options.provenance ?? 'unknown';
  derived.push(
    `provenance: ${stated}, ${options.provenance === undefined ? 'none being given' : 'set for the import'}`,
  );
  return { provenance: stated, source };
}

/** Entries remembered at least: one that repeats an earlier one is told if no more stand between. */
const REMEMBERED = 131_072;

/** The line of the same facts if they came before. */
function createMemory(): (facts: LabelFacts, line: number) => number | undefined {
  const memory = new Memory<number>();
  return (facts, line) => memory.meet(digestFacts(facts), line);
}

export const digestFacts = (facts: object): string =>
  hash('sha256', JSON.stringify(facts), 'base64').slice(0, 22);

/** What came before, by a key: bounded, whatever the list's length. */
export class Memory<V> {
  #fresh = new Map<string, V>();
  #old = new Map<string, V>();

  /** What was kept of that key; if nothing was, this is from now on. */
  meet(key: string, value: V): V | undefined {
    const earlier = this.#fresh.get(key) ?? this.#old.get(key);
    if (earlier !== undefined) return earlier;
    if (this.#fresh.size === REMEMBERED) {
      this.#old = this.#fresh;
      this.#fresh = new Map();
    }
    this.#fresh.set(key, value);
    return undefined;
  }
}
