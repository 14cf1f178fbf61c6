/** What the rules of custody need of the state; over the ledger's own, and over one that is rebuilt. */
import { acquisitionKey, batchKey } from '../evidence/key.ts';
import { type AcquisitionRecord, acquisitionRecord, batchRecord } from '../evidence/record.ts';
import { digestRecord } from '../kernel/digest.ts';
import type { State } from '../kernel/state.ts';
import { memberKey } from '../member/key.ts';
import { assertPublished, loadCurrent, loadParameters } from '../member/load.ts';
import { memberRecord } from '../member/record.ts';
import type { Background, Lineage } from './flags.ts';
import { custodyKey, itemHeadKey, itemKey } from './key.ts';
import {
  custodyRecord,
  type DeriveInput,
  type ItemHeadRecord,
  type ItemRecord,
  itemHeadRecord,
  itemRecord,
  type OpenInput,
  type RegisterInput,
} from './record.ts';
import type { Step, StepContext } from './step.ts';

export async function loadForOpen(state: State, { item, origin, mirrorOf }: OpenInput) {
  return {
    ...(await loadForItem(state, item)),
    acquisition: await loadAcquisition(state, origin.acquisition),
    batch: await state.load(batchRecord, batchKey(origin.batch)),
    original: mirrorOf?.original === undefined ? [] : await loadLineage(state, mirrorOf.original),
  };
}

export async function loadForRegister(state: State, { item, origin }: RegisterInput) {
  return {
    ...(await loadForItem(state, item)),
    acquisition: await loadAcquisition(state, origin.acquisition),
  };
}

export async function loadForDerive(state: State, { item, origin }: DeriveInput) {
  if (origin.as.form === 'CONVERSION') {
    await assertPublished(state, 'standard', [origin.as.from, origin.as.to]);
  }
  return {
    ...(await loadForItem(state, item)),
    lineage: await loadLineage(state, origin.source),
    head: await state.load(itemHeadRecord, itemHeadKey(origin.source)),
  };
}

export async function loadForStep(state: State, step: Step): Promise<StepContext> {
  const item = await state.load(itemRecord, itemKey(step.item));
  const context = {
    item,
    head: await state.load(itemHeadRecord, itemHeadKey(step.item)),
    parameters: await loadLimits(state),
  };
  switch (step.kind) {
    case 'OFFER':
      return { ...context, receiver: await state.find(memberRecord, memberKey(step.to.member)) };
    case 'ACCEPT': {
      const background = await loadBackground(state, item);
      return { ...context, background, mirror: await loadMirror(state, background.lineage) };
    }
    case 'TAKE_OVER':
    case 'EXAMINE':
      return { ...context, mirror: await loadMirror(state, await followSources(state, item)) };
    case 'HOLD':
    case 'DISPOSE':
      await loadCurrent(state, 'legalBasis', step.legalBasis);
      return context;
    case 'CORRECT':
      return { ...context, corrected: await loadCorrected(state, item, step.corrects) };
    default:
      return context;
  }
}

async function loadForItem(state: State, item: string) {
  return {
    exists: (await state.find(itemRecord, itemKey(item))) !== undefined,
    parameters: await loadLimits(state),
  };
}

const loadLimits = (state: State) =>
  loadParameters(state, ['custodyGapSeconds', 'timeWindowSeconds']);

const loadAcquisition = (state: State, id: string): Promise<AcquisitionRecord> =>
  state.load(acquisitionRecord, acquisitionKey(id));

/** The item and what it was derived from, nearest first. It ends: sources were there before. */
export const loadLineage = async (state: State, id: string): Promise<Lineage> =>
  followSources(state, await state.load(itemRecord, itemKey(id)));

async function followSources(state: State, first: ItemRecord): Promise<Lineage> {
  const lineage: [ItemRecord, ...ItemRecord[]] = [first];
  for (let { origin } = first; origin.kind === 'DERIVED'; ) {
    const source = await state.load(itemRecord, itemKey(origin.source));
    lineage.push(source);
    origin = source.origin;
  }
  return lineage;
}

/** The item's lineage, and the acquisition that its first source goes back to. */
export async function loadBackground(state: State, item: ItemRecord): Promise<Background> {
  const lineage = await followSources(state, item);
  const root = lineage.at(-1)?.origin;
  if (root === undefined || root.kind === 'DERIVED') throw new TypeError('a lineage has its end');
  return { lineage, acquisition: await loadAcquisition(state, root.acquisition) };
}

/** How the mirror copy stands that an item is or was made from; null where there is none. */
async function loadMirror(state: State, lineage: Lineage): Promise<ItemHeadRecord['mirror']> {
  const copy = lineage.find(({ mirrorOf }) => mirrorOf !== undefined);
  if (copy === undefined) return null;
  return (await state.load(itemHeadRecord, itemHeadKey(copy.item))).mirror;
}

async function loadCorrected(state: State, item: ItemRecord, digest: string) {
  if (digest === digestRecord(item)) return item.act;
  const record = await state.find(custodyRecord, custodyKey(digest));
  return record?.item === item.item ? record.act : undefined;
}
