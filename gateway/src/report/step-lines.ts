/** What a step of custody says besides who, when and why. */
import type { CustodyRecord, StepFlag } from '@tabellion/chaincode/custody/record';
import type { AcquisitionFlag } from '@tabellion/chaincode/evidence/record';
import { formatGoverned } from '../text/governed.ts';
import { code, type Inline, join, type Line, quoted, strong } from './content.ts';
import type { ReportContext } from './context.ts';
import type { Words } from './words/words.ts';

export type Flag = StepFlag | AcquisitionFlag | 'VOLATILE_LATE';

interface Tool {
  readonly name: string;
  readonly version: string;
  readonly sha256?: string | undefined;
}

export const toolLine = (tools: readonly Tool[], { comma }: Words): Line =>
  join(
    tools.map(({ name, version }): Line => [quoted(`${name} ${version}`)]),
    comma,
  );

export const receiverLine = (
  { member, person }: { member: string; person?: string | undefined },
  { comma }: Words,
): Line => (person === undefined ? [code(member)] : [code(person), comma, code(member)]);

export function stepLines(record: CustodyRecord, context: ReportContext): Line[] {
  const { words, digests } = context;
  const { details: d, item: i, timeline: t } = words;
  const named = (name: string, ...value: readonly Inline[]): Line => [name, words.colon, ...value];
  const foundSeals = (found: readonly { seal: string; intact: boolean }[]): Line[] =>
    found.length === 0
      ? []
      : [
          named(
            d.foundSeals,
            ...join(
              found.map(
                ({ seal, intact }): Line => [code(seal), ' ', intact ? d.intact : strong(d.broken)],
              ),
              words.comma,
            ),
          ),
        ];
  const checked = (result: 'MATCHES' | 'DIFFERS' | 'NOT_CHECKED'): Line =>
    named(d.checked, result === 'DIFFERS' ? strong(d.checks[result]) : d.checks[result]);
  const digest = (name: string, sha256: string | undefined): Line[] =>
    sha256 === undefined ? [] : [named(name, code(sha256))];
  const pictures = (
    of: readonly { kind: keyof Words['item']['recordingKinds']; sha256: string }[],
  ) => of.map(({ kind, sha256 }) => named(i.recordingKinds[kind], code(sha256)));
  const witnesses = (of: readonly string[]): Line[] =>
    of.length === 0 ? [] : [named(i.witnesses, i.witnessCount(of.length))];

  switch (record.kind) {
    case 'OFFER':
      return [named(d.to, ...receiverLine(record.to, words))];
    case 'ACCEPT':
    case 'TAKE_OVER':
      return [...foundSeals(record.foundSeals), checked(record.checked)];
    case 'REFUSE':
    case 'WITHDRAW':
      return [];
    case 'EXAMINE':
      return [
        named(d.method, quoted(record.method)),
        ...(record.tools.length === 0 ? [] : [named(i.tools, ...toolLine(record.tools, words))]),
        checked(record.checked),
        ...digest(d.report, record.report?.sha256),
        ...pictures(record.recordings),
      ];
    case 'SEAL':
      return [
        named(
          d.seals,
          ...join(
            record.seals.map((seal): Line => [code(seal)]),
            words.comma,
          ),
        ),
        ...witnesses(record.witnesses),
        ...pictures(record.pictures),
      ];
    case 'UNSEAL':
      return [
        ...foundSeals(record.foundSeals),
        ...witnesses(record.witnesses),
        ...pictures(record.pictures),
      ];
    case 'MOVE':
      return [
        named(i.place, quoted(record.storage.place)),
        named(i.conditions, quoted(record.storage.conditions)),
        ...foundSeals(record.foundSeals),
      ];
    case 'RETURN':
      return [named(d.to, quoted(record.to)), ...digest(d.receipt, record.receipt)];
    case 'HOLD':
      return [named(d.legalBasis, code(formatGoverned(record.legalBasis)))];
    case 'LIFT':
      return [named(d.lifts, code(record.hold))];
    case 'DISPOSE':
      return [
        named(d.legalBasis, code(formatGoverned(record.legalBasis))),
        named(
          d.authority,
          words.legal.kinds[record.authority.kind],
          words.comma,
          code(record.authority.reference),
        ),
        ...digest(words.legal.document, record.authority.sha256),
        ...witnesses(record.witnesses),
      ];
    case 'CORRECT':
      return [
        [t.corrects(digests.indexOf(record.corrects))],
        named(d.statement, quoted(record.statement)),
      ];
    case 'CONFIRM':
      return [
        named(
          d.position,
          record.position === 'DENIED'
            ? strong(d.confirmations.DENIED)
            : d.confirmations[record.position],
        ),
        ...(record.ground === undefined ? [] : [named(d.ground, d.grounds[record.ground])]),
        ...digest(d.original, record.sha256),
      ];
  }
}
