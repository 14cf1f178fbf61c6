import type { Act } from '@tabellion/chaincode/kernel/schema';
import { type Block, cell, code, column, paragraph, quoted, table } from '../content.ts';
import { nameRole, type ReportContext } from '../context.ts';
import type { RecordedEvent } from '../events.ts';

/** Members and persons that the records name. */
export function partiesSection(context: ReportContext, events: readonly RecordedEvent[]): Block[] {
  const { words, life, members, reader } = context;
  const p = words.parties;
  const acts = events.map(({ act }) => act);
  const named = new Set([
    ...acts.map(({ member }) => member),
    life.head.holder.member,
    ...(life.head.offer === null ? [] : [life.head.offer.to.member]),
    ...life.steps.flatMap(({ record }) => (record.kind === 'OFFER' ? [record.to.member] : [])),
    reader,
  ]);
  const jurisdictionOf = (mspId: string) =>
    members.get(mspId)?.jurisdiction ?? acts.find(({ member }) => member === mspId)?.jurisdiction;
  return [
    table(
      p.members,
      [
        column(p.member, 3),
        column(p.name, 4),
        column(p.jurisdiction, 2),
        column(p.kind, 2),
        column(p.status, 2),
      ],
      [...named].sort().map((mspId) => {
        const member = members.get(mspId);
        return [
          cell(code(mspId)),
          cell(member === undefined ? p.notDescribed : quoted(member.name)),
          cell(jurisdictionOf(mspId) ?? words.unknown),
          cell(member === undefined ? p.notDescribed : p.kinds[member.kind]),
          cell(member === undefined ? p.notDescribed : p.statuses[member.status]),
        ];
      }),
    ),
    paragraph(p.pseudonyms),
    table(
      p.people,
      [
        column(p.person, 4),
        column(p.member, 3),
        column(p.role, 3),
        column(p.key, 3),
        column(p.records, 2),
        column(p.certificate, 6),
      ],
      groupPeople(acts).map(({ act, count }) => [
        cell(code(act.person)),
        cell(code(act.member)),
        cell(nameRole(act.role, words)),
        cell(p.keys[act.keyCustody]),
        cell(`${count}`),
        cell(code(act.certificate)),
      ]),
    ),
  ];
}

/** One row for each certificate and role, in the order in which they first signed. */
function groupPeople(acts: readonly Act[]): { act: Act; count: number }[] {
  const groups = new Map<string, { act: Act; count: number }>();
  for (const act of acts) {
    const key = `${act.certificate}/${act.role}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { act, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()];
}
