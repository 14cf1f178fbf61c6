/** For this folder's tests: what others say of an item. */
import {
  authenticityRecord,
  objectionRecord,
  regularityRecord,
  replyRecord,
  weightRecord,
} from '@tabellion/chaincode/review/record';
import { act, basis, HOUR, hex, purpose, type Scribe } from './testing-act.ts';

export function makeReviews(item: string, at: number, write: Scribe) {
  const subject = { kind: 'ITEM', id: item };
  const objection = (id: string, when: number) =>
    write(
      `objection/${id}`,
      objectionRecord.parse({
        type: 'tabellion.objection',
        v: 1,
        id,
        subject,
        by: { capacity: 'THIRD_PARTY', person: hex(`person ${id}`) },
        legalBasis: basis,
        reason: 'The data belong to another company',
        case: '2026/117',
        answerer: 'CnAgencyMSP',
        answerBy: when + 24 * HOUR,
        timeWindowSeconds: 900,
        act: act('SG', when, `objection ${id}`, 'judicialReviewer'),
      }),
    );
  return {
    objections: [
      {
        objection: objection('01'.repeat(16), at),
        replies: [
          write(
            `reply/${'01'.repeat(16)}/${hex('reply')}`,
            replyRecord.parse({
              type: 'tabellion.reply',
              v: 1,
              objection: '01'.repeat(16),
              outcome: 'REJECTED',
              legalBasis: basis,
              reason: 'They were found in the office',
              subject,
              case: '2026/117',
              overdue: true,
              flags: ['SELF_REVIEW'],
              timeWindowSeconds: 900,
              act: act('CN', at + 30 * HOUR, 'reply', 'prosecutor'),
            }),
          ),
        ],
        overdue: false,
      },
      { objection: objection('02'.repeat(16), at + HOUR), replies: [], overdue: true },
    ],
    regularity: [
      write(
        `regularity/${item}/${hex('regularity')}`,
        regularityRecord.parse({
          type: 'tabellion.regularity',
          v: 1,
          subject,
          outcome: 'CHALLENGED',
          legalBasis: { id: 'sg-macma-8', version: 1 },
          reason: 'No request was made to this state',
          case: '2026/117',
          act: act('SG', at + 2 * HOUR, 'judge', 'judicialReviewer'),
        }),
      ),
    ],
    authenticity: [
      write(
        `authenticity/${item}/${hex('authenticity')}`,
        authenticityRecord.parse({
          type: 'tabellion.authenticity',
          v: 1,
          subject,
          method: 'Comparison with server logs',
          tools: [{ name: 'compare', version: '1.0' }],
          result: 'INCONCLUSIVE',
          reason: 'The logs end too early',
          report: { sha256: hex('authenticity report'), size: 12 },
          ...purpose,
          flags: [],
          act: act('SG', at + 3 * HOUR, 'examine', 'analyst'),
        }),
      ),
    ],
    weights: [
      write(
        `weight/${item}/${hex('weight')}`,
        weightRecord.parse({
          type: 'tabellion.weight',
          v: 1,
          subject,
          showsDestination: 'NO',
          reason: 'The platform names no receiver',
          ...purpose,
          flags: [],
          act: act('CN', at + 4 * HOUR, 'weigh', 'prosecutor'),
        }),
      ),
    ],
  };
}
