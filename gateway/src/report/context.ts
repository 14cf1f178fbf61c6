/** What the sections share: the input, its words, and what several of them need to know of it. */
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import type { Act, Governed } from '@tabellion/chaincode/kernel/schema';
import type { MemberRecord, ReferenceEntry } from '@tabellion/chaincode/member/record';
import { formatGoverned } from '../text/governed.ts';
import { type ReadBundle, readBundle } from './bundle.ts';
import { code, type Inline, type Line, quoted } from './content.ts';
import type { ReportInput } from './input.ts';
import { WORDS, type Words } from './words/words.ts';

export interface NamedBundle extends ReadBundle {
  /** Under which it travels with the report: letters, digits, dots and hyphens. */
  readonly name: string;
}

export interface ReportContext extends Omit<ReportInput, 'bundles' | 'members'> {
  readonly words: Words;
  readonly bundles: readonly NamedBundle[];
  /** The first description of the content at hand, the item's own before a source's. */
  readonly content: ReadBundle['content'];
  readonly members: ReadonlyMap<string, MemberRecord>;
  /** Digests of the records of custody: the opening, then each step. */
  readonly digests: readonly string[];
  /** Sequence of the first record that does not name the one before; null if all do. */
  readonly brokenAt: number | null;
  findReference(register: ReferenceEntry['register'], entry: Governed): ReferenceEntry | undefined;
}

/** @throws ReportError as {@link readBundle}. */
export function createContext(input: ReportInput): ReportContext {
  const { life } = input;
  const bundles = nameBundles(
    life.opening.record.item,
    input.bundles.map(({ name, bytes }) => readBundle(name, bytes, life)),
  );
  const described = bundles.flatMap(({ content }) => (content === null ? [] : [content]));
  const digests = [life.opening, ...life.steps].map(({ record }) => digestRecord(record));
  const references = new Map(
    input.references.map((entry) => [`${entry.register}/${entry.id}/${entry.version}`, entry]),
  );
  return {
    ...input,
    words: WORDS[input.language],
    bundles,
    content: described.find(({ of }) => of === 'ITEM') ?? described[0] ?? null,
    members: new Map(input.members.map((member) => [member.mspId, member])),
    digests,
    brokenAt: findBreak(input, digests),
    findReference: (register, { id, version }) => references.get(`${register}/${id}/${version}`),
  };
}

const SUFFIXES = { compact: 'proof', custody: 'custody', commitment: 'commitment' } as const;

const nameBundles = (item: string, bundles: readonly ReadBundle[]): NamedBundle[] =>
  bundles.map((bundle, index) => {
    const earlier = bundles.slice(0, index).filter(({ kind }) => kind === bundle.kind).length;
    const number = earlier === 0 ? '' : `-${earlier + 1}`;
    return { ...bundle, name: `${item.slice(0, 16)}.${SUFFIXES[bundle.kind]}${number}.json` };
  });

function findBreak({ life }: ReportInput, digests: readonly string[]): number | null {
  const at = life.steps.findIndex(
    ({ record }, index) => record.sequence !== index + 1 || record.previous !== digests[index],
  );
  if (at >= 0) return at + 1;
  const { sequence, last } = life.head;
  return sequence === life.steps.length && last === digests.at(-1) ? null : life.steps.length + 1;
}

export const governedLine = (entries: readonly Governed[], { comma }: Words): Line =>
  entries.flatMap(
    (entry, index): Line => [...(index === 0 ? [] : [comma]), code(formatGoverned(entry))],
  );

/** Person, role and member, as the certificate said them. */
export function actorLine(act: Act, { words }: ReportContext): Line {
  return [code(act.person), words.comma, nameRole(act.role, words), words.comma, code(act.member)];
}

/** A role that came after these words is shown as it stands. */
export const nameRole = (role: string, { roles }: Words): Inline =>
  Object.hasOwn(roles, role) ? roles[role as keyof Words['roles']] : quoted(role);
