/**
 * The founding consortium: who takes part and what they agreed on, from `consortium.yaml` and the
 * reference data that it names. CNS-1, CNS-2, CNS-7, CNS-10, EVD-15, EVD-20, O-4.
 */
import { dirname, resolve } from 'node:path';
import {
  type Governed,
  identifier,
  jurisdiction,
  mspId,
  plainText,
} from '@tabellion/chaincode/kernel/schema';
import {
  type FoundInput,
  memberKind,
  PARAMETERS,
  type ParameterName,
  type Profile,
  profile,
  type ReferenceEntry,
  referenceEntry,
} from '@tabellion/chaincode/member/record';
import { leastEndorsements } from '@tabellion/chaincode/member/threshold';
import { z } from 'zod';
import { taxonomyFile } from '../label/format/taxonomy.ts';
import { readEntries } from './entries-file.ts';
import { assertFaultless, type Fault, readYamlFile, truthValue, wholeNumber } from './yaml-file.ts';

export interface ConsortiumMember {
  readonly mspId: string;
  readonly name: string;
  readonly jurisdiction: string;
  readonly kind: z.infer<typeof memberKind>;
  readonly profile: Profile;
}

export interface Consortium {
  readonly name: string;
  /** Fabric channel. */
  readonly channel: string;
  /** Name under which the contracts are installed. */
  readonly chaincode: string;
  readonly members: readonly ConsortiumMember[];
  readonly parameters: Readonly<Record<ParameterName, number>>;
  /** Methods, legal bases and standards at founding. */
  readonly reference: readonly ReferenceEntry[];
  /** What the founding act rests on (O-7); the basis stands in `reference`. */
  readonly founding: { readonly legalBasis: Governed; readonly reason: string };
}

const governedText = z.strictObject({ id: identifier, version: wholeNumber(z.int()) });
const versions = z.array(wholeNumber(z.int())).max(16);

const memberText = z
  .strictObject({
    mspId,
    name: plainText(120),
    jurisdiction,
    kind: memberKind,
    acceptedOrders: profile.shape.acceptedOrders,
    acceptedAuthorisations: profile.shape.acceptedAuthorisations,
    adoptedStandards: z.array(governedText).max(64),
    schemaVersions: z.strictObject({ evidence: versions, member: versions }),
  })
  .transform(({ mspId, name, jurisdiction, kind, ...published }) => ({
    mspId,
    name,
    jurisdiction,
    kind,
    profile: published,
  }))
  .pipe(z.strictObject({ mspId, name: plainText(120), jurisdiction, kind: memberKind, profile }));

const parameterTexts = z.strictObject({
  endorsementThreshold: wholeNumber(PARAMETERS.endorsementThreshold),
  voteThresholdBps: wholeNumber(PARAMETERS.voteThresholdBps),
  batchMaxItems: wholeNumber(PARAMETERS.batchMaxItems),
  volatileGapSeconds: wholeNumber(PARAMETERS.volatileGapSeconds),
  timeWindowSeconds: wholeNumber(PARAMETERS.timeWindowSeconds),
  noticeDelayMaxSeconds: wholeNumber(PARAMETERS.noticeDelayMaxSeconds),
  custodyGapSeconds: wholeNumber(PARAMETERS.custodyGapSeconds),
  objectionAnswerSeconds: wholeNumber(PARAMETERS.objectionAnswerSeconds),
  disclosureMaxSeconds: wholeNumber(PARAMETERS.disclosureMaxSeconds),
  labelFetchSeconds: wholeNumber(PARAMETERS.labelFetchSeconds),
} satisfies Record<ParameterName, unknown>);

const consortiumText = z.strictObject({
  name: plainText(120),
  // Fabric's own rules for the two names.
  channel: z.string().regex(/^[a-z][a-z0-9.-]{0,248}$/),
  chaincode: z
    .string()
    .regex(/^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/)
    .max(64),
  /** File of the reference data, relative to this one. */
  reference: z.string().min(1),
  /** File of the categories that addresses are labelled as, likewise; without it none can be labelled. */
  taxonomy: z.string().min(1).optional(),
  /** Files of what orders rest on (treaties, calendars, profiles), likewise; without them none can be issued. */
  orders: z.array(z.string().min(1)).max(64).default([]),
  founding: z.strictObject({ legalBasis: governedText, reason: plainText(280) }),
  members: z.array(memberText).min(2).max(64),
  parameters: parameterTexts,
});

const wholePoints = wholeNumber(z.int());
/** The numbers of a scoring rule. */
const scoringText = z
  .strictObject({
    weights: z.record(z.string(), wholePoints),
    halfLifeDays: wholePoints,
    corroboration: wholePoints,
    corroborationsMax: wholePoints,
    falsePositive: wholePoints,
    falsePositivesMax: wholePoints,
    openDispute: wholePoints,
    opinion: wholePoints,
  })
  .partial().shape;
/** What else is no text in a presumption. */
const presumptionText = {
  rebuttalDays: wholePoints.optional(),
  taxonomy: z.looseObject({ version: wholeNumber(z.int()) }).optional(),
} as const;

const referenceText = z.strictObject({
  entries: z
    .array(
      z
        .looseObject({
          version: wholeNumber(z.int()),
          body: z.looseObject({
            unilateral: truthValue.optional(),
            ...scoringText,
            ...presumptionText,
          }),
        })
        .pipe(referenceEntry),
    )
    .max(256),
});

/** @throws IdentityError `CONFIGURATION_INVALID`, naming file, field and fault. */
export async function loadConsortium(file: string): Promise<Consortium> {
  const { reference, taxonomy, orders, ...consortium } = await readYamlFile(file, consortiumText);
  const at = (name: string) => resolve(dirname(file), name);
  const { entries: own } = await readYamlFile(at(reference), referenceText);
  const general = taxonomy === undefined ? own : [...own, await readTaxonomy(at(taxonomy))];
  assertFaultless(at(reference), findDoubleEntries(general));
  const entries = [...general];
  for (const name of orders) entries.push(...(await readEntries(at(name))));
  const doubles = findDoubleEntries(entries).map(({ message }) => ({ path: ['orders'], message }));
  assertFaultless(file, [...doubles, ...findFaults(consortium, entries)]);
  return { ...consortium, reference: entries };
}

/** The categories as the members govern them; the words for them are each gateway's own. */
async function readTaxonomy(file: string): Promise<ReferenceEntry> {
  const { id, version, categories, ...titles } = await readYamlFile(file, taxonomyFile);
  const governed = categories.map(({ id, parent, title }) => ({
    id,
    ...(parent !== undefined && { parent }),
    title,
  }));
  return { register: 'taxonomy', id, version, body: { ...titles, categories: governed } };
}

/** The argument of `member:found`. */
export function foundingInput(consortium: Consortium): FoundInput {
  const { members, parameters, reference, founding } = consortium;
  return {
    members: [...members],
    parameters: { ...parameters },
    reference: [...reference],
    ...founding,
  };
}

function findFaults(
  consortium: Omit<Consortium, 'reference'>,
  reference: readonly ReferenceEntry[],
): Fault[] {
  return [
    ...findDoubles(consortium.members),
    ...findThresholdFaults(consortium),
    ...findDangling(consortium, reference),
  ];
}

/** One organisation per MSP ID, one state agency per jurisdiction (CNS-1). */
function findDoubles(members: readonly ConsortiumMember[]): Fault[] {
  const seen = new Set<string>();
  return members.flatMap(({ mspId, jurisdiction, kind }, index) => {
    const faults: Fault[] = [];
    if (seen.has(mspId)) {
      faults.push({ path: ['members', index, 'mspId'], message: `${mspId} is listed twice` });
    }
    seen.add(mspId);
    const state = `state ${jurisdiction}`;
    if (kind === 'STATE' && seen.has(state)) {
      const message = `${jurisdiction} has a state agency already`;
      faults.push({ path: ['members', index, 'jurisdiction'], message });
    }
    if (kind === 'STATE') seen.add(state);
    return faults;
  });
}

/** k ≥ max(2, f+1) with f = ⌊(n−1)/3⌋, k ≤ n, and a state that can complete the policy (CNS-2). */
function findThresholdFaults({
  members,
  parameters: { endorsementThreshold },
}: Omit<Consortium, 'reference'>): Fault[] {
  const least = leastEndorsements(members.length);
  const faults: Fault[] = [];
  if (endorsementThreshold < least || endorsementThreshold > members.length) {
    faults.push({
      path: ['parameters', 'endorsementThreshold'],
      message: `must be from ${least} to ${members.length} for ${members.length} members`,
    });
  }
  if (!members.some(({ kind }) => kind === 'STATE')) {
    faults.push({ path: ['members'], message: 'no member is a state: nothing could be endorsed' });
  }
  return faults;
}

/** Whatever the consortium cites must stand among the reference data. */
function findDangling(
  { members, founding }: Omit<Consortium, 'reference'>,
  reference: readonly ReferenceEntry[],
): Fault[] {
  const known = new Set(reference.map(({ register, id, version }) => name(register, id, version)));
  const cited = [
    { path: ['founding', 'legalBasis'], register: 'legalBasis', ...founding.legalBasis },
    ...members.flatMap(({ profile }, index) =>
      profile.adoptedStandards.map((standard, at) => ({
        path: ['members', index, 'adoptedStandards', at],
        register: 'standard',
        ...standard,
      })),
    ),
  ];
  return cited
    .filter(({ register, id, version }) => !known.has(name(register, id, version)))
    .map(({ path, register, id, version }) => ({
      path,
      message: `no ${name(register, id, version)} among the reference data`,
    }));
}

function findDoubleEntries(reference: readonly ReferenceEntry[]): Fault[] {
  const seen = new Set<string>();
  return reference.flatMap(({ register, id, version }, index) => {
    const entry = name(register, id, version);
    if (!seen.has(entry)) {
      seen.add(entry);
      return [];
    }
    return [{ path: ['entries', index], message: `${entry} is listed twice` }];
  });
}

function name(register: string, id: string, version: number): string {
  return `${register} ${id} version ${version}`;
}
