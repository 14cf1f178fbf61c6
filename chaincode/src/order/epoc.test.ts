/** What is usually got wrong about Regulation (EU) 2023/1543, under the shipped profiles. */
import { canonicalBytes, sha256, toHex, utf8 } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import {
  actOf,
  at,
  OrderCase,
  readProfile,
  type Side,
  sampleIssue,
  sampleIssueContext,
} from '../../test/order-case.ts';
import { digest, expectRefusal } from '../../test/samples.ts';
import { assertContent } from './content.ts';
import type { IssueInput } from './record.ts';

const FILE = 'eu-2023-1543.yaml';
const ISSUED = '2026-09-01T08:00:00Z';
const profileOf = (id: string) => readProfile(FILE, id);
const judge = (side: Side, when: string) => [side, 'judicialReviewer', when] as const;
const service = (side: Side, when: string) => [side, 'system', when] as const;

/** Issued by a judge and served at once. */
function serve(id: string, changes: Partial<IssueInput> = {}, role = 'judicialReviewer') {
  const input = sampleIssue({ profile: { id, version: 1 }, ...changes });
  const context = sampleIssueContext(profileOf(id));
  const order = new OrderCase(input, context, actOf('ISSUER', role, at(ISSUED)));
  return order.take('serve', service('ISSUER', ISSUED), { channel: 'decentralised IT system' });
}
const notified = {
  categories: ['TRAFFIC'],
  contents: { ADDRESSEE: digest('a'), ENFORCING: digest('b') },
} satisfies Partial<IssueInput>;
const receive = (order: OrderCase, when: string) =>
  order.take('receive', service('ADDRESSEE', when), { receivedAt: at(when) });
const takeNotice = (order: OrderCase, when: string) =>
  order.take('takeNotice', service('ENFORCING', when), { receivedAt: at(when) });
const execute = (order: OrderCase, when: string) =>
  order.take('execute', service('ADDRESSEE', when), { extent: 'WHOLE', acquisitions: [] });
const deliver = (order: OrderCase, when: string) =>
  order.take('deliver', service('ADDRESSEE', when), { extent: 'WHOLE', acquisitions: [] });

describe('a notified production order', () => {
  it('runs for the addressee from its receipt, and for the enforcing authority from its own', () => {
    const order = serve('epoc', notified);
    receive(order, '2026-09-02T09:00:00Z');
    takeNotice(order, '2026-09-04T09:00:00Z');
    // Ten days after 2 September is a Saturday, and the Monday is a holiday there: the Tuesday.
    expect(order.due('produce-notified')).toBe('2026-09-15T21:59:59.999Z');
    // Ten days after 4 September is a holiday: the next day.
    expect(order.due('object')).toBe('2026-09-15T21:59:59.999Z');
    const other = receive(serve('epoc', notified), '2026-09-07T09:00:00Z');
    takeNotice(other, '2026-09-09T09:00:00Z');
    expect([other.due('produce-notified'), other.due('object')]).toEqual([
      '2026-09-17T21:59:59.999Z',
      '2026-09-21T21:59:59.999Z',
    ]);
  });

  it('is held until the ten days are over or the enforcing authority clears it', () => {
    const order = execute(
      receive(serve('epoc', notified), '2026-09-07T09:00:00Z'),
      '2026-09-08T09:00:00Z',
    );
    expectRefusal(() => deliver(order, '2026-09-17T21:59:59.999Z'), 'GATE_SHUT');
    expect(deliver(order, '2026-09-17T22:00:00.000Z').last?.late).toEqual([]);
    const cleared = execute(
      receive(serve('epoc', notified), '2026-09-07T09:00:00Z'),
      '2026-09-08T09:00:00Z',
    );
    const legalBasis = { id: 'fr-basis', version: 1 };
    cleared.take('clear', judge('ENFORCING', '2026-09-08T10:00:00Z'), {
      gate: 'no-objection',
      legalBasis,
    });
    expect(deliver(cleared, '2026-09-08T11:00:00Z').head.status).toBe('DELIVERED');
  });

  it('stops where a ground is raised in time, and the ground comes too late after it', () => {
    const raise = (when: string) => {
      const order = receive(serve('epoc', notified), '2026-09-07T09:00:00Z');
      takeNotice(order, '2026-09-07T09:00:00Z');
      return order.take('object', judge('ENFORCING', when), {
        ...{
          ground: 'ne-bis-in-idem',
          extent: 'WHOLE',
          legalBasis: { id: 'fr-basis', version: 1 },
        },
      });
    };
    expect(raise('2026-09-17T21:59:59.999Z').head.status).toBe('OBJECTED');
    expectRefusal(() => raise('2026-09-17T22:00:00.000Z'), 'TOO_LATE');
  });

  it('has no hold in an emergency: eight hours against ninety-six', () => {
    const order = serve('epoc-emergency', notified);
    receive(order, '2026-09-05T09:30:00Z');
    takeNotice(order, '2026-09-05T09:30:00Z');
    // The hour of the event does not count; a Saturday does.
    expect(order.due('produce-emergency')).toBe('2026-09-05T17:59:59.999Z');
    expect(order.due('object-emergency')).toBe('2026-09-09T09:59:59.999Z');
    deliver(execute(order, '2026-09-05T10:00:00Z'), '2026-09-05T10:30:00Z');
    expect(order.head.status).toBe('DELIVERED');
    order.take('object', judge('ENFORCING', '2026-09-08T09:00:00Z'), {
      ...{ ground: 'fundamental-right', extent: 'CONDITIONS' },
      legalBasis: { id: 'fr-basis', version: 1 },
    });
    expect(order.head.status).toBe('DELIVERED');
  });

  it('is not notified of subscriber data, nor where the exception is claimed', () => {
    expect(serve('epoc').order.notified).toBe(false);
    expect(
      serve('epoc', { categories: ['TRAFFIC'], notNotified: 'resident here' }).order.notified,
    ).toBe(false);
    expectRefusal(
      () => serve('epoc', { categories: ['TRAFFIC'], enforcing: undefined }),
      'ENFORCING_MISMATCH',
    );
  });
});

describe('a reported defect', () => {
  const overdue = (order: OrderCase, when: string) =>
    order.take('markOverdue', service('ADDRESSEE', when), { clock: 'react' });

  it.each(['system', 'investigator'])('is for the addressee’s %s to tell', (role) => {
    const order = receive(serve('epoc'), '2026-09-01T09:00:00Z');
    order.take(
      'reportDefect',
      ['ADDRESSEE', role === 'system' ? 'delegate' : role, '2026-09-02T09:00:00Z'],
      {
        ...{ defect: 'TOO_LITTLE', preserved: false },
      },
    );
    expect(order.head.status).toBe('CLARIFICATION');
  });

  it('keeps a production order on hold, whatever time goes by', () => {
    const order = receive(serve('epoc'), '2026-09-01T09:00:00Z');
    order.take('reportDefect', ['ADDRESSEE', 'delegate', '2026-09-03T09:00:00Z'], {
      ...{ defect: 'INCOMPLETE', preserved: true },
    });
    expect([order.due('produce'), order.state('produce')]).toEqual([null, 'SUSPENDED']);
    expectRefusal(() => overdue(order, '2026-09-08T21:59:59.999Z'), 'NOT_OVERDUE');
    // It is the issuer that has to react, and the addressee that began the clock: another one marks it.
    expectRefusal(() => overdue(order, '2026-09-08T22:00:00.000Z'), 'OWN_CLOCK');
    order.take('markOverdue', service('ENFORCING', '2026-09-08T22:00:00.000Z'), { clock: 'react' });
    expect([order.head.status, order.head.overdue]).toEqual(['CLARIFICATION', ['react']]);
    order.take('clarify', judge('ISSUER', '2026-09-20T09:00:00Z'), {});
    expect(order.head.status).toBe('RECEIVED');
    // One day of ten was over on 3 September; nine are left after the 20th.
    expect(order.due('produce')).toBe('2026-09-29T21:59:59.999Z');
  });

  it('makes a preservation order lapse in five days', () => {
    const order = receive(serve('epoc-pr'), '2026-09-01T09:00:00Z');
    order.take('reportDefect', ['ADDRESSEE', 'delegate', '2026-09-03T09:00:00Z'], {
      ...{ defect: 'INCOMPLETE', preserved: true },
    });
    const clarify = (when: string) => order.take('clarify', judge('ISSUER', when), {});
    expectRefusal(() => clarify('2026-09-08T22:00:00.000Z'), 'TOO_LATE');
    order.take('markOverdue', service('ENFORCING', '2026-09-08T22:00:00.000Z'), { clock: 'react' });
    expect(order.head.status).toBe('LAPSED');
    expectRefusal(() => clarify('2026-09-08T22:00:01.000Z'), 'STEP_OUT_OF_ORDER');
  });

  it('is told by nobody else', () => {
    const order = receive(serve('epoc'), '2026-09-01T09:00:00Z');
    const says = { defect: 'INCOMPLETE', preserved: true } as const;
    expectRefusal(
      () => order.take('reportDefect', judge('ISSUER', '2026-09-02T09:00:00Z'), says),
      'NOT_A_PARTY',
    );
    expectRefusal(
      () => order.take('reportDefect', ['ADDRESSEE', 'auditor', '2026-09-02T09:00:00Z'], says),
      'NOT_ALLOWED',
    );
  });
});

describe('what an addressee gets to read', () => {
  const order = 'b'.repeat(32);
  const write = (party: 'ADDRESSEE' | 'ENFORCING', ids: string) =>
    canonicalBytes({
      ...{ type: 'tabellion.order-content', v: 1, order, for: party, salt: 'A'.repeat(43) },
      fields: Array.from(ids, (id) => ({ id, text: `what stands under ${id}` })),
    });
  const check = (party: 'ADDRESSEE' | 'ENFORCING', bytes: Uint8Array, id = 'epoc') =>
    assertContent(bytes, {
      ...{ order, for: party, profile: profileOf(id), digest: toHex(sha256(bytes)) },
    });

  it('is (a) to (h); (i) and (j) go to the enforcing authority alone', () => {
    check('ADDRESSEE', write('ADDRESSEE', 'abcdefgh'));
    check('ENFORCING', write('ENFORCING', 'abcdefghij'));
    for (const ids of ['abcdefi', 'abcdefj', 'abcdefghij'])
      expectRefusal(() => check('ADDRESSEE', write('ADDRESSEE', ids)), 'CONTENT_NOT_ALLOWED');
    expectRefusal(() => check('ENFORCING', write('ENFORCING', 'abcdefgh')), 'CONTENT_NOT_ALLOWED');
  });

  it('says in an emergency why it is one', () => {
    check('ADDRESSEE', write('ADDRESSEE', 'abdfg'), 'epoc-emergency');
    expectRefusal(
      () => check('ADDRESSEE', write('ADDRESSEE', 'abdf'), 'epoc-emergency'),
      'CONTENT_NOT_ALLOWED',
    );
  });

  it('is (a) to (f) of a preservation order', () => {
    check('ADDRESSEE', write('ADDRESSEE', 'abdf'), 'epoc-pr');
    for (const ids of ['abdfg', 'abd', 'abdff'])
      expectRefusal(
        () => check('ADDRESSEE', write('ADDRESSEE', ids), 'epoc-pr'),
        'CONTENT_NOT_ALLOWED',
      );
  });

  it('is what its digest says, of this order and for this party', () => {
    const bytes = write('ADDRESSEE', 'abdf');
    const context = { order, for: 'ADDRESSEE', profile: profileOf('epoc') } as const;
    expectRefusal(
      () => assertContent(bytes, { ...context, digest: digest('0') }),
      'CONTENT_MISMATCH',
    );
    expectRefusal(
      () => assertContent(undefined, { ...context, digest: digest('0') }),
      'CONTENT_MISSING',
    );
    const other = { ...context, order: 'c'.repeat(32), digest: toHex(sha256(bytes)) };
    expectRefusal(() => assertContent(bytes, other), 'CONTENT_MISMATCH');
    expectRefusal(() => check('ENFORCING', bytes), 'CONTENT_MISMATCH');
    expectRefusal(() => check('ADDRESSEE', utf8('{"b":1,"a":2}')), 'CONTENT_MISMATCH');
  });
});

describe('a prosecutor', () => {
  const issue = (id: string, categories: IssueInput['categories'], role: string) => {
    const isHigh = categories.some((each) => each === 'TRAFFIC' || each === 'CONTENT');
    const contents =
      isHigh && id.startsWith('epoc') && !id.includes('-pr') ? notified.contents : undefined;
    const input = sampleIssue({
      ...{ profile: { id, version: 1 }, categories },
      ...(contents && { contents }),
    });
    const context = sampleIssueContext(profileOf(id));
    return new OrderCase(input, context, actOf('ISSUER', role, at(ISSUED)));
  };

  it.each([
    ['TRAFFIC'],
    ['CONTENT'],
    ['SUBSCRIBER', 'CONTENT'],
  ] as const)('may not issue production of %s %s', (...categories) => {
    for (const id of ['epoc', 'epoc-emergency'])
      expectRefusal(() => issue(id, [...categories], 'prosecutor'), 'ISSUER_NOT_ALLOWED');
  });

  it('may not validate it either, while a judge may', () => {
    const order = issue('epoc', ['TRAFFIC'], 'investigator');
    expect(order.head.status).toBe('AWAITS_VALIDATION');
    const serveIt = () =>
      order.take('serve', service('ISSUER', ISSUED), { channel: 'decentralised IT system' });
    expectRefusal(serveIt, 'STEP_OUT_OF_ORDER');
    expectRefusal(
      () => order.take('validate', ['ISSUER', 'prosecutor', ISSUED], {}),
      'NOT_ALLOWED',
    );
    expectRefusal(
      () => order.take('validate', judge('ISSUER', ISSUED), {}, { person: order.order.act.person }),
      'SELF_REVIEW',
    );
    order.take('validate', judge('ISSUER', ISSUED), {});
    expect(serveIt().head.status).toBe('SERVED');
  });

  it('may issue and validate production of subscriber and identification data', () => {
    expect(issue('epoc', ['SUBSCRIBER', 'IDENTIFICATION'], 'prosecutor').head.status).toBe(
      'ISSUED',
    );
    const order = issue('epoc', ['SUBSCRIBER'], 'investigator');
    expect(order.take('validate', ['ISSUER', 'prosecutor', ISSUED], {}).head.status).toBe('ISSUED');
  });

  it('may preserve any category', () => {
    const all = ['SUBSCRIBER', 'IDENTIFICATION', 'TRAFFIC', 'CONTENT'] as const;
    expect(issue('epoc-pr', [...all], 'prosecutor').head.status).toBe('ISSUED');
  });
});

describe('validation after the fact', () => {
  const issue = () => serve('epoc-emergency', { categories: ['SUBSCRIBER'] }, 'investigator');

  it('is owed within forty-eight hours, or the order lapses', () => {
    const order = issue();
    expect(order.due('validate')).toBe('2026-09-03T08:59:59.999Z');
    order.take('validate', ['ISSUER', 'prosecutor', '2026-09-03T08:00:00Z'], {});
    expect([order.state('validate'), order.head.validated]).toEqual(['STOPPED', true]);
    const other = issue();
    const mark = (when: string) =>
      other.take('markOverdue', service('ENFORCING', when), { clock: 'validate' });
    expectRefusal(() => mark('2026-09-03T08:59:59.999Z'), 'NOT_OVERDUE');
    expect(mark('2026-09-03T09:00:00.000Z').head.status).toBe('LAPSED');
  });

  it('is never enough for traffic or content', () => {
    const order = new OrderCase(
      sampleIssue({ profile: { id: 'epoc-emergency', version: 1 }, ...notified }),
      sampleIssueContext(profileOf('epoc-emergency')),
      actOf('ISSUER', 'investigator', at(ISSUED)),
    );
    expect(order.head.status).toBe('AWAITS_VALIDATION');
  });
});

it('counts working days in 16(2) and 16(7), and nowhere else', () => {
  const counted = ['epoc', 'epoc-emergency', 'epoc-pr', 'epoc-pr-emergency'].flatMap((id) =>
    profileOf(id)
      .clocks.filter(({ period }) => period?.unit === 'WORKING_DAY')
      .map(({ article }) => `${id} ${article}`),
  );
  expect(counted.map((each) => each.split(' ')[1])).toEqual(
    Array.from({ length: 4 }, () => ['16(2)', '16(7)']).flat(),
  );
  const order = receive(serve('epoc'), '2026-09-07T09:00:00Z');
  const legalBasis = { id: 'de-stpo-94', version: 1 };
  order.take('reportImpossible', ['ADDRESSEE', 'delegate', '2026-09-09T09:00:00Z'], {});
  order.take('enforce', judge('ISSUER', '2026-09-10T09:00:00Z'), { legalBasis });
  // Thursday the 10th; Friday is the first, and the Monday after it is a holiday there.
  expect(order.due('recognise')).toBe('2026-09-18T21:59:59.999Z');
  order.take('ask', judge('ENFORCING', '2026-09-11T09:00:00Z'), {});
  expect(order.due('answer-questions')).toBe('2026-09-18T21:59:59.999Z');
  order.take('recognise', judge('ENFORCING', '2026-09-18T21:59:00.000Z'), { legalBasis });
  expect([order.head.status, order.last?.late]).toEqual(['RECEIVED', []]);
});

describe('a preservation order', () => {
  const preserved = () =>
    execute(receive(serve('epoc-pr'), '2026-09-01T09:00:00Z'), '2026-09-02T09:00:00Z');
  const legalBasis = { id: 'de-stpo-94', version: 1 };
  const extend = (order: OrderCase, when: string) =>
    order.take('extend', judge('ISSUER', when), { legalBasis });
  const confirm = (order: OrderCase, when: string) =>
    order.take('confirmProduction', judge('ISSUER', when), { production: 'd'.repeat(32) });

  it('lasts sixty days, and thirty more where that is ordered within the sixty', () => {
    const order = preserved();
    // The sixtieth day is Saturday, 31 October.
    expect(order.due('keep')).toBe('2026-11-02T21:59:59.999Z');
    expectRefusal(() => extend(order, '2026-11-02T22:00:00.000Z'), 'TOO_LATE');
    expect(extend(order, '2026-10-30T09:00:00Z').due('keep')).toBe('2026-11-30T21:59:59.999Z');
    expectRefusal(() => extend(order, '2026-11-20T09:00:00Z'), 'EXTENSIONS_USED_UP');
  });

  it('ends by itself, unless production is confirmed before', () => {
    const order = preserved();
    order.take('markOverdue', service('ENFORCING', '2026-11-02T22:00:00.000Z'), { clock: 'keep' });
    expect(order.head.status).toBe('LAPSED');
    const other = preserved();
    expect(confirm(other, '2026-11-02T21:59:59.999Z').head.status).toBe('CONFIRMED');
    expectRefusal(
      () =>
        other.take('markOverdue', service('ENFORCING', '2026-12-24T09:00:00Z'), { clock: 'keep' }),
      'NOT_OVERDUE',
    );
    expect(other.take('release', judge('ISSUER', '2027-01-08T09:00:00Z'), {}).head.status).toBe(
      'RELEASED',
    );
    expectRefusal(() => confirm(preserved(), '2026-11-02T22:00:00.000Z'), 'TOO_LATE');
  });
});
