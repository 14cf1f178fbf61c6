/**
 * A foreign CASE file (JSON-LD) into its nodes. What a term means must stand in the file itself: no
 * context is ever fetched. Size, depth and number of nodes are bounded, so that cycles end.
 */
import { JsonError, parseStrict } from '@tabellion/proof';
import jsonld from 'jsonld';
import { ExchangeError } from '../exchange-error.ts';

export const MAX_CASE_BYTES = 1 << 26;
const MAX_DEPTH = 64;
const MAX_NODES = 500_000;
/** Contexts times terms. */
const MAX_INHERITED = 100_000;

/** A node with its types and properties by short terms such as `observable:fileName`. */
export interface ForeignNode {
  readonly id: string;
  readonly types: readonly string[];
  readonly properties: ReadonlyMap<string, readonly ForeignValue[]>;
}
/** A reference to a node, or a literal. */
export type ForeignValue =
  | { readonly id: string }
  | { readonly literal: string | number | boolean };

export interface ForeignGraph {
  readonly nodes: ReadonlyMap<string, ForeignNode>;
  /** Terms that the file uses and does not define, or that mean nothing by themselves, and how often. */
  readonly undefinedTerms: ReadonlyMap<string, number>;
}

const malformed = (why: string, cause?: unknown) =>
  new ExchangeError('CASE_MALFORMED', why, { cause });

/** @throws ExchangeError `CASE_MALFORMED`, `CASE_REMOTE_CONTEXT`. */
export async function parseCase(bytes: Uint8Array): Promise<ForeignGraph> {
  const document = parseDocument(bytes);
  assertSelfContained(document);
  const undefinedTerms = new Map<string, number>();
  const options = {
    documentLoader: async (url: string): Promise<never> => {
      throw remote([url]);
    },
    eventHandler: ({ event }: { event: JsonLdEvent }) => {
      const term = describeEvent(event);
      undefinedTerms.set(term, (undefinedTerms.get(term) ?? 0) + 1);
    },
  };
  const flat = await jsonld.flatten(document as object, undefined, options).catch((error) => {
    if (error instanceof ExchangeError) throw error;
    throw malformed(`it is no JSON-LD: ${(error as Error).message.split('\n')[0]}`, error);
  });
  const nodes = new Map<string, ForeignNode>();
  for (const node of flat as unknown as readonly Record<string, unknown>[]) {
    nodes.set(node['@id'] as string, toNode(node));
  }
  return { nodes, undefinedTerms };
}

function parseDocument(bytes: Uint8Array): unknown {
  let document: unknown;
  try {
    const limits = { maxBytes: MAX_CASE_BYTES, maxDepth: MAX_DEPTH, numbers: 'any' } as const;
    document = parseStrict(bytes, limits);
  } catch (error) {
    if (error instanceof JsonError) throw malformed(`${error.code}: ${error.message}`, error);
    throw error;
  }
  if (typeof document !== 'object' || document === null) throw malformed('it is no JSON object');
  return document;
}

const remote = (urls: readonly string[]) =>
  new ExchangeError(
    'CASE_REMOTE_CONTEXT',
    [
      'what its terms mean stands elsewhere, and nothing is fetched: put the context into the file',
      ...urls.slice(0, 5).map((url) => `  ${JSON.stringify(url.slice(0, 200))}`),
    ].join('\n'),
  );

/** One pass over everything: contexts by address, keys that are no plain names, too many objects. */
function assertSelfContained(document: unknown): void {
  const addresses: string[] = [];
  let objects = 0;
  let contexts = 0;
  let terms = 0;
  const visitContext = (context: unknown): void => {
    for (const one of Array.isArray(context) ? context : [context]) {
      if (typeof one === 'string') addresses.push(one);
      contexts += 1;
      if (typeof one === 'object' && one !== null) terms += Object.keys(one).length;
      // Each context inherits every term of those around it: time and memory go with the product.
      if (contexts * terms > MAX_INHERITED) throw malformed('it has too many contexts and terms');
    }
  };
  const open: unknown[] = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    objects += 1;
    if (objects > 4 * MAX_NODES) throw malformed('it has too many objects');
    if (Array.isArray(value)) {
      for (const one of value) open.push(one);
      continue;
    }
    for (const [key, member] of Object.entries(value)) {
      if (key === '__proto__') throw malformed('a key is __proto__');
      if (key === '@context') visitContext(member);
      if (key === '@import') addresses.push(`${member}`);
      open.push(member);
    }
  }
  if (addresses.length > 0) throw remote(addresses);
}

interface JsonLdEvent {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function describeEvent({ code, details }: JsonLdEvent): string {
  const { property, type, id } = details;
  const what = property ?? type ?? id;
  return typeof what === 'string' ? `${code}: ${what.slice(0, 200)}` : code;
}

function toNode(node: Readonly<Record<string, unknown>>): ForeignNode {
  const properties = new Map<string, readonly ForeignValue[]>();
  for (const [iri, values] of Object.entries(node)) {
    if (iri.startsWith('@')) continue;
    properties.set(shortenTerm(iri), (values as Record<string, unknown>[]).flatMap(toValues));
  }
  const types = ((node['@type'] as string[] | undefined) ?? []).map(shortenTerm);
  return { id: node['@id'] as string, types, properties };
}

function toValues(value: Readonly<Record<string, unknown>>): ForeignValue[] {
  if (typeof value['@id'] === 'string') return [{ id: value['@id'] }];
  const list = value['@list'];
  if (Array.isArray(list)) return list.flatMap(toValues);
  const literal = value['@value'];
  return typeof literal === 'object' || literal === undefined
    ? []
    : [{ literal: literal as string }];
}

/** Since 1.0 `…/uco/core/name`, before `…/uco/core#name`; other namespaces stay as they are. */
const NAMESPACES =
  /^https?:\/\/(?:ontology\.)?(?:unifiedcyberontology|caseontology)\.org\/(?:ontology\/)?(?:uco|case)\/([a-z]+)[/#]([A-Za-z]+)$/;

export function shortenTerm(iri: string): string {
  const found = NAMESPACES.exec(iri);
  return found === null ? iri : `${found[1]}:${found[2]}`;
}
