/**
 * What a foreign CASE file gives for an acquisition of one's own: tools and times for the draft, files
 * with digests for the list. Why, on what basis and by which route something is collected is never taken
 * from it: whoever acquires says so. Whatever was not carried over is told line by line.
 */
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import { plainText, versionText } from '@tabellion/chaincode/kernel/schema';
import { type BytePath, pathBytes, toBytePath } from '../../evidence/byte-path.ts';
import { readablePath } from '../../evidence/commitment.ts';
import { MAX_PATH_BYTES } from '../../evidence/item-facts.ts';
import type { ListedFile } from '../../evidence/list/listed-file.ts';
import { NAME_TAG } from './content-node.ts';
import type { ForeignGraph, ForeignNode } from './parse-case.ts';

export interface CaseDraft {
  /** A part of what `acquire --input` takes. */
  readonly acquisition: Partial<Pick<AcquireInput, 'tools' | 'startedAt' | 'endedAt'>>;
  readonly files: readonly (ListedFile & { readonly size: number })[];
  readonly remarks: readonly Remark[];
}

/** Why something of the file stands in neither draft nor list. */
export const CASE_REMARKS = [
  'UNDEFINED_TERM',
  'FOREIGN_TERM',
  'NOT_CARRIED',
  'NO_SHA256',
  'NO_SIZE',
  'NO_NAME',
  'BAD_VALUE',
  /** Several files of one name and different content. */
  'AMBIGUOUS',
  'CYCLE',
] as const;
export interface Remark {
  readonly remark: (typeof CASE_REMARKS)[number];
  /** A term, or the name of a node. */
  readonly what: string;
  readonly count?: number;
}

/** Terms that draft and list are made of, or that say only how the graph hangs together. */
const CARRIED = new Set([
  'investigation:InvestigativeAction',
  'action:Action',
  'tool:Tool',
  'observable:File',
  'observable:FileFacet',
  'observable:ContentDataFacet',
  'types:Hash',
  'core:hasFacet',
  'core:facets',
  'core:name',
  'core:object',
  'core:tag',
  'action:startTime',
  'action:endTime',
  'action:instrument',
  'action:object',
  'action:result',
  'tool:version',
  'observable:fileName',
  'observable:filePath',
  'observable:sizeInBytes',
  'observable:hash',
  'types:hashMethod',
  'types:hashValue',
  'investigation:wasInformedBy',
]);
const MAX_TOOLS = 16;
/** Facets, and digests, of one file. */
const MAX_OF_A_FILE = 64;
const toolName = plainText(80);
const toolVersion = versionText(40);
const DIGITS: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64 };

export function draftFromCase({ nodes, undefinedTerms }: ForeignGraph): CaseDraft {
  const remarks: Remark[] = [...undefinedTerms].map(([what, count]) => ({
    remark: 'UNDEFINED_TERM',
    what,
    count,
  }));
  remarks.push(...listTerms(nodes.values()));
  const view = new GraphView(nodes);
  const read = [...nodes.values()].flatMap((node) => view.readFile(node, remarks));
  const files = dropAmbiguous(read, remarks);
  const actions = [...nodes.values()].filter(({ types }) =>
    types.some((type) => type === 'investigation:InvestigativeAction' || type === 'action:Action'),
  );
  remarks.push(...view.findCycles(actions));
  const tools = view.readTools(actions, remarks);
  const starts = actions.flatMap((action) => view.readTime(action, 'action:startTime', remarks));
  const ends = actions.flatMap((action) => view.readTime(action, 'action:endTime', remarks));
  return {
    acquisition: {
      ...(tools.length > 0 && { tools }),
      ...(starts.length > 0 && { startedAt: starts.reduce((a, b) => Math.min(a, b)) }),
      ...(ends.length > 0 && { endedAt: ends.reduce((a, b) => Math.max(a, b)) }),
    },
    files,
    remarks,
  };
}

/** Which of them a name means cannot be known, so it means none. */
function dropAmbiguous(files: CaseDraft['files'], remarks: Remark[]): CaseDraft['files'] {
  const contents = new Map<BytePath, Set<string>>();
  for (const { name, sha256, size } of files) {
    const content = `${sha256}:${size}`;
    contents.set(name, (contents.get(name) ?? new Set()).add(content));
  }
  for (const [name, { size: count }] of contents) {
    if (count > 1) remarks.push({ remark: 'AMBIGUOUS', what: showName(name), count });
  }
  return files.filter(({ name }) => contents.get(name)!.size === 1);
}

const showName = (name: BytePath): string =>
  readablePath(pathBytes(name)) ?? `${NAME_TAG}${pathBytes(name).toString('base64url')}`;

function listTerms(nodes: Iterable<ForeignNode>): Remark[] {
  const counts = new Map<string, number>();
  for (const { types, properties } of nodes) {
    for (const term of [...types, ...properties.keys()]) {
      if (!CARRIED.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
    }
  }
  return [...counts].map(([what, count]) => ({
    remark: /^[a-z]+:[A-Za-z]+$/.test(what) ? 'NOT_CARRIED' : 'FOREIGN_TERM',
    what,
    count,
  }));
}

class GraphView {
  readonly #nodes: ReadonlyMap<string, ForeignNode>;

  constructor(nodes: ReadonlyMap<string, ForeignNode>) {
    this.#nodes = nodes;
  }

  /** Nothing, or the one file that the node describes. */
  readFile(node: ForeignNode, remarks: Remark[]): (ListedFile & { size: number })[] {
    const facets = [...this.#follow(node, 'core:hasFacet'), ...this.#follow(node, 'core:facets')];
    const hashes = facets.flatMap((facet) => this.#follow(facet, 'observable:hash'));
    const isFile = facets.some(({ properties }) =>
      ['observable:fileName', 'observable:filePath'].some((name) => properties.has(name)),
    );
    if (hashes.length === 0 && !isFile) return [];
    const skip = (remark: Remark['remark'], detail = node.id): [] => {
      remarks.push({ remark, what: detail });
      return [];
    };
    // Shared among many nodes, long lists would be read as often as there are nodes.
    if (Math.max(facets.length, hashes.length) > MAX_OF_A_FILE) return skip('BAD_VALUE');
    const name = readName(node, facets);
    if (name === undefined) return skip('NO_NAME');
    const digests: Record<string, string> = {};
    for (const hash of hashes) {
      const algorithm = `${first(hash, 'types:hashMethod')}`.toLowerCase().replace('-', '');
      const value = `${first(hash, 'types:hashValue')}`.toLowerCase();
      const digits = Object.hasOwn(DIGITS, algorithm) ? DIGITS[algorithm] : undefined;
      if (digits === undefined) continue;
      const isOther = digests[algorithm] !== undefined && digests[algorithm] !== value;
      if (value.length !== digits || !/^[0-9a-f]+$/.test(value) || isOther) {
        return skip('BAD_VALUE', `${node.id}: ${algorithm}`);
      }
      digests[algorithm] = value;
    }
    const { sha256, sha1, md5 } = digests;
    if (sha256 === undefined) return skip('NO_SHA256');
    const sizes = facets.flatMap((facet) => facet.properties.get('observable:sizeInBytes') ?? []);
    const [size, ...others] = new Set(
      sizes.map((value) => Number('literal' in value && value.literal)),
    );
    if (size === undefined) return skip('NO_SIZE');
    if (!Number.isSafeInteger(size) || size < 0 || others.length > 0) {
      return skip('BAD_VALUE', `${node.id}: sizeInBytes`);
    }
    return [
      {
        name,
        size,
        sha256,
        ...(sha1 !== undefined && { sha1 }),
        ...(md5 !== undefined && { md5 }),
      },
    ];
  }

  readTools(
    actions: readonly ForeignNode[],
    remarks: Remark[],
  ): { name: string; version: string }[] {
    const tools = new Map<string, { name: string; version: string }>();
    for (const tool of actions.flatMap((action) => this.#follow(action, 'action:instrument'))) {
      const name = toolName.safeParse(first(tool, 'core:name'));
      const version = toolVersion.safeParse(first(tool, 'tool:version'));
      if (name.success && version.success && tools.size < MAX_TOOLS) {
        tools.set(`${name.data}@${version.data}`, { name: name.data, version: version.data });
      } else remarks.push({ remark: 'BAD_VALUE', what: `${tool.id}: name and version of a tool` });
    }
    return [...tools.values()];
  }

  readTime(action: ForeignNode, term: string, remarks: Remark[]): number[] {
    const text = first(action, term);
    if (text === undefined) return [];
    const time = /T.*(Z|[+-]\d\d:\d\d)$/.test(`${text}`) ? Date.parse(`${text}`) : Number.NaN;
    if (time >= 0) return [time];
    remarks.push({ remark: 'BAD_VALUE', what: `${action.id}: ${term}` });
    return [];
  }

  /** Actions that were informed by themselves, in however many steps. */
  findCycles(actions: readonly ForeignNode[]): Remark[] {
    const state = new Map<string, 'open' | 'done'>();
    const found: Remark[] = [];
    for (const start of actions) {
      const path: { node: ForeignNode; next: ForeignNode[] }[] = [];
      const enter = (node: ForeignNode) => {
        if (state.get(node.id) === 'open') found.push({ remark: 'CYCLE', what: node.id });
        if (state.has(node.id)) return;
        state.set(node.id, 'open');
        path.push({ node, next: this.#follow(node, 'investigation:wasInformedBy') });
      };
      enter(start);
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const next = top.next.pop();
        if (next !== undefined) enter(next);
        else {
          state.set(top.node.id, 'done');
          path.pop();
        }
      }
    }
    return found;
  }

  #follow(node: ForeignNode, term: string): ForeignNode[] {
    return (node.properties.get(term) ?? []).flatMap((value) => {
      const target = 'id' in value ? this.#nodes.get(value.id) : undefined;
      return target === undefined ? [] : [target];
    });
  }
}

function first(node: ForeignNode, term: string): string | number | boolean | undefined {
  const [value] = node.properties.get(term) ?? [];
  return value !== undefined && 'literal' in value ? value.literal : undefined;
}

function readName(node: ForeignNode, facets: readonly ForeignNode[]): BytePath | undefined {
  for (const value of node.properties.get('core:tag') ?? []) {
    const tag = 'literal' in value ? `${value.literal}` : '';
    if (!tag.startsWith(NAME_TAG)) continue;
    const exact = Buffer.from(tag.slice(NAME_TAG.length), 'base64url').toString('latin1');
    if (isName(exact)) return exact;
  }
  for (const term of ['observable:filePath', 'observable:fileName']) {
    for (const facet of facets) {
      const text = first(facet, term);
      const name = typeof text === 'string' && text.isWellFormed() ? toBytePath(text) : '';
      if (isName(name)) return name;
    }
  }
  return undefined;
}

const isName = (name: BytePath): boolean =>
  name !== '' && !name.includes('\0') && name.length <= MAX_PATH_BYTES;
