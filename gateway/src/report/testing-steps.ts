/** For this folder's tests: steps of every kind, each linked to the one before. */
import {
  type CustodyRecord,
  custodyRecord,
  type ItemRecord,
} from '@tabellion/chaincode/custody/record';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import { act, basis, HOUR, hex, purpose } from './testing-act.ts';

/** Offer, acceptance, examination, seal and so on in turn; each links to the one before. */
export function makeSteps(count: number, opening: ItemRecord, reason: string): CustodyRecord[] {
  const steps: CustodyRecord[] = [];
  let previous = digestRecord(opening);
  const bodies = [
    { kind: 'OFFER', to: { member: 'SgAgencyMSP', person: 'p-44556677eeff0011' }, flags: [] },
    {
      kind: 'ACCEPT',
      foundSeals: [
        { seal: 'SEAL-0001', intact: false },
        { seal: 'SEAL-0002', intact: true },
      ],
      checked: 'MATCHES',
      flags: ['SEAL_BROKEN', 'SEALS_DIFFER', 'TRANSIT_GAP', 'AUTHORISATION_NOT_ACCEPTED'],
    },
    {
      kind: 'EXAMINE',
      method: 'Keyword search on a working copy',
      tools: [{ name: 'finder', version: '2.1' }],
      report: { sha256: hex('report'), size: 9000 },
      checked: 'MATCHES',
      recordings: [],
      flags: ['RECORDED_LATE'],
    },
    { kind: 'SEAL', seals: ['SEAL-0003'], witnesses: [hex('w')], pictures: [], flags: [] },
    { kind: 'HOLD', legalBasis: basis, flags: [] },
    { kind: 'CORRECT', statement: 'The seal was SEAL-0004', flags: [] },
    { kind: 'REFUSE', flags: [] },
    { kind: 'WITHDRAW', flags: [] },
    {
      kind: 'TAKE_OVER',
      foundSeals: [],
      checked: 'DIFFERS',
      flags: ['CONTENT_DIFFERS', 'GATEWAY_HELD_KEY'],
    },
    {
      kind: 'UNSEAL',
      foundSeals: [{ seal: 'SEAL-0003', intact: true }],
      witnesses: [hex('w')],
      pictures: [{ kind: 'PHOTO', sha256: hex('seal photo'), size: 5 }],
      flags: [],
    },
    {
      kind: 'MOVE',
      storage: { place: 'Store 4, shelf 2', conditions: 'dry, 18 degrees' },
      foundSeals: [],
      flags: [],
    },
    { kind: 'LIFT', hold: hex('hold'), flags: [] },
    {
      kind: 'CONFIRM',
      position: 'DENIED',
      ground: 'NOT_AUTHORISED',
      sha256: hex('content'),
      flags: ['MIRROR_DENIED'],
    },
    { kind: 'RETURN', to: 'The owner', receipt: hex('receipt'), flags: [] },
    {
      kind: 'DISPOSE',
      legalBasis: basis,
      authority: { kind: 'JUDICIAL', reference: 'ORDER/2026/77', sha256: hex('disposal order') },
      witnesses: [hex('w')],
      flags: [],
    },
  ];
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const body = bodies[(sequence - 1) % bodies.length]!;
    const happenedAt = opening.happenedAt + sequence * HOUR;
    const isLate = (body.flags as readonly string[]).includes('RECORDED_LATE');
    const record = custodyRecord.parse({
      type: 'tabellion.custody',
      v: 1,
      item: opening.item,
      sequence,
      previous,
      happenedAt,
      reason,
      ...body,
      ...(body.kind === 'CORRECT' && { corrects: previous }),
      ...purpose,
      timeWindowSeconds: 900,
      act: act(
        sequence % 2 === 0 ? 'SG' : 'CN',
        happenedAt + (isLate ? 50 * HOUR : 90_000),
        `${sequence}`,
      ),
    });
    previous = digestRecord(record);
    steps.push(record);
  }
  return steps;
}
