/** What each kind of custody step says besides the words that all have. */
import type { CustodyRecord } from '@tabellion/chaincode/custody/record';
import { formatGoverned, type ToolUsed } from './case/shared-nodes.ts';

interface StepWords {
  readonly says: readonly string[];
  readonly tags: readonly string[];
  readonly contents: readonly { readonly name: string; sha256: string; size: number }[];
  readonly tools: readonly ToolUsed[];
}

type FoundSeal = { readonly seal: string; readonly intact: boolean };
const tellSeals = (seals: readonly FoundSeal[]) =>
  seals.map(({ seal, intact }) => `seal:${seal}:${intact ? 'INTACT' : 'BROKEN'}`);
const tellPictures = (pictures: readonly { kind: string; sha256: string; size: number }[]) =>
  pictures.map(({ kind, ...content }) => ({ name: `picture ${kind}`, ...content }));

export function describeStep(record: CustodyRecord): StepWords {
  const words = { says: [], tags: [], contents: [], tools: [] };
  switch (record.kind) {
    case 'OFFER':
      return { ...words, tags: [`to:${record.to.member}`] };
    case 'ACCEPT':
    case 'TAKE_OVER':
      return { ...words, tags: [`content:${record.checked}`, ...tellSeals(record.foundSeals)] };
    case 'EXAMINE':
      return {
        says: [`method: ${record.method}`],
        tags: [`content:${record.checked}`],
        contents: [
          ...(record.report === undefined ? [] : [{ name: 'report', ...record.report }]),
          ...tellPictures(record.recordings),
        ],
        tools: record.tools,
      };
    case 'SEAL':
      return {
        ...words,
        tags: record.seals.map((seal) => `seal:${seal}`),
        contents: tellPictures(record.pictures),
      };
    case 'UNSEAL':
      return {
        ...words,
        tags: tellSeals(record.foundSeals),
        contents: tellPictures(record.pictures),
      };
    case 'MOVE': {
      const { place, conditions } = record.storage;
      return {
        ...words,
        says: [`kept at ${place}: ${conditions}`],
        tags: tellSeals(record.foundSeals),
      };
    }
    case 'RETURN':
      return { ...words, says: [`returned to ${record.to}`] };
    case 'HOLD':
      return { ...words, tags: [`legalBasis:${formatGoverned(record.legalBasis)}`] };
    case 'LIFT':
      return { ...words, tags: [`lifts:${record.hold}`] };
    case 'DISPOSE': {
      const { kind, reference } = record.authority;
      const basis = `legalBasis:${formatGoverned(record.legalBasis)}`;
      return { ...words, tags: [basis, `authority:${kind}:${reference}`] };
    }
    case 'CORRECT':
      return {
        ...words,
        says: [`correction: ${record.statement}`],
        tags: [`corrects:${record.corrects}`],
      };
    case 'CONFIRM':
      return { ...words, tags: [`mirror:${record.position}`, `sha256:${record.sha256}`] };
    case 'REFUSE':
    case 'WITHDRAW':
      return words;
  }
}
