/** How a party to an order would get past its clocks, gates and rights of others, and does not. */
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
import { digest, expectRefusal, sampleMember } from '../../test/samples.ts';
import { beginShipped } from '../../test/shipped-order.ts';
import type { IssueContext } from './issue.ts';
import type { OrderProfile } from './profile.ts';
import { type IssueInput, LAST_STEPS, MAX_STEPS } from './record.ts';

const ISSUED = '2026-09-01T08:00:00Z';
const basis = { legalBasis: { id: 'de-stpo-94', version: 1 } };
const profileOf = (id: string) => readProfile('eu-2023-1543.yaml', id);
const by = (side: Side, when: string, role = 'judicialReviewer') => [side, role, when] as const;
const notified = {
  categories: ['TRAFFIC'],
  contents: { ADDRESSEE: digest('a'), ENFORCING: digest('b') },
} satisfies Partial<IssueInput>;
const others = { ADDRESSEE: digest('c'), ENFORCING: digest('d') };

function issue(
  profile: OrderProfile,
  changes: Partial<IssueInput> = {},
  context: Partial<IssueContext> = {},
  role = 'judicialReviewer',
): OrderCase {
  const input = sampleIssue({ profile: { id: 'x', version: 1 }, ...changes });
  const act = actOf('ISSUER', role, at(ISSUED));
  return new OrderCase(input, sampleIssueContext(profile, context), act);
}
const serve = (order: OrderCase) =>
  order.take('serve', by('ISSUER', ISSUED, 'system'), { channel: 'by hand' });
const receive = (order: OrderCase) =>
  order.take('receive', by('ADDRESSEE', ISSUED, 'system'), { receivedAt: at(ISSUED) });
const received = (...of: Parameters<typeof issue>) => receive(serve(issue(...of)));
const execute = (order: OrderCase, when: string, extent: 'WHOLE' | 'PART' = 'WHOLE') =>
  order.take('execute', by('ADDRESSEE', when, 'system'), { extent, acquisitions: [] });
const deliver = (order: OrderCase, when: string, extent: 'WHOLE' | 'PART' = 'WHOLE') =>
  order.take('deliver', by('ADDRESSEE', when, 'system'), { extent, acquisitions: [] });
const defect = (order: OrderCase, when: string, role = 'delegate') =>
  order.take('reportDefect', by('ADDRESSEE', when, role), {
    ...{ defect: 'TOO_LITTLE', preserved: true },
  });
const clarify = (order: OrderCase, when: string, contents?: IssueInput['contents']) =>
  order.take('clarify', by('ISSUER', when), contents ? { contents } : {});
const takeNotice = (order: OrderCase, when: string) =>
  order.take('takeNotice', by('ENFORCING', when, 'system'), { receivedAt: at(when) });
const clear = (order: OrderCase, when: string) =>
  order.take('clear', by('ENFORCING', when), { gate: 'no-objection', ...basis });
const object = (order: OrderCase, when: string, extent: 'WHOLE' | 'PART' = 'WHOLE') =>
  order.take('object', by('ENFORCING', when), { ground: 'ne-bis-in-idem', extent, ...basis });
const mark = (order: OrderCase, when: string, clock = 'produce') =>
  order.take('markOverdue', by('ISSUER', when, 'system'), { clock });
const close = (order: OrderCase, when: string) => order.take('close', by('ISSUER', when), {});
const withdraw = (order: OrderCase, when: string) => order.take('withdraw', by('ISSUER', when), {});
const enforce = (order: OrderCase, when: string) =>
  order.take('enforce', by('ISSUER', when), basis);
const report = (order: OrderCase, when: string) =>
  order.take('reportImpossible', by('ADDRESSEE', when, 'delegate'), {});
const maintain = (order: OrderCase, when: string, due?: number) =>
  order.take('maintain', by('ISSUER', when), {
    ...(due !== undefined && { deadline: { clock: 'produce', due } }),
  });

describe('an addressee', () => {
  it('delivers nothing under an order to keep or to freeze', () => {
    const order = execute(received(profileOf('epoc-pr')), '2026-09-02T08:00:00Z', 'PART');
    expectRefusal(() => deliver(order, '2026-09-02T09:00:00Z', 'PART'), 'STEP_OUT_OF_ORDER');
  });

  it('is not compelled before its time is over, unless it says that it will not', () => {
    const running = received(profileOf('epoc'));
    expectRefusal(() => enforce(running, '2026-09-11T21:59:59.999Z'), 'NOT_OVERDUE');
    expect(enforce(running, '2026-09-11T22:00:00Z').head.status).toBe('ENFORCEMENT');
    const reported = report(received(profileOf('epoc')), '2026-09-02T08:00:00Z');
    expect(enforce(reported, '2026-09-03T08:00:00Z').head.status).toBe('ENFORCEMENT');
  });

  it('is given time anew where its report in time was answered when the time was over', () => {
    const waiting = report(received(profileOf('epoc')), '2026-09-10T08:00:00Z');
    expectRefusal(() => maintain(waiting, '2026-09-20T08:00:00Z'), 'BAD_INPUT');
    maintain(waiting, '2026-09-20T08:00:00Z', at('2026-09-25T08:00:00Z'));
    expectRefusal(() => mark(waiting, '2026-09-25T08:00:00Z'), 'NOT_OVERDUE');
    const late = report(received(profileOf('epoc')), '2026-09-12T08:00:00Z');
    maintain(late, '2026-09-20T08:00:00Z');
    expect(mark(late, '2026-09-20T09:00:00Z').head.overdue).toEqual(['produce']);
  });

  it('is no less late for a defect that it reports when its time is over', () => {
    const order = received(profileOf('epoc'));
    defect(order, '2026-09-20T08:00:00Z');
    expect([order.state('produce'), order.due('produce')]).toEqual([
      'OPEN',
      '2026-09-11T21:59:59.999Z',
    ]);
    expect(mark(order, '2026-09-20T09:00:00Z').head.overdue).toEqual(['produce']);
  });

  it('is no less late for what it reports when its time is over', () => {
    const order = received(profileOf('epoc'));
    order.take('reportImpossible', by('ADDRESSEE', '2026-09-12T08:00:00Z', 'delegate'), {});
    expect(mark(order, '2026-09-12T09:00:00Z').head.overdue).toEqual(['produce']);
  });

  it('gains no day by a defect a day', () => {
    const order = received(profileOf('epoc'));
    for (const day of ['03', '04', '07']) {
      defect(order, `2026-09-${day}T08:00:00Z`);
      clarify(order, `2026-09-${day}T09:00:00Z`);
    }
    expect(order.due('produce')).toBe('2026-09-11T21:59:59.999Z');
  });

  it('is not let go by the first of two causes that hold it', () => {
    const epoc = profileOf('epoc');
    const pause = { from: 'NOTICE_RECEIVED', until: ['CLEARED'] };
    const clocks = epoc.clocks.map((clock) =>
      clock.id === 'produce-notified'
        ? { ...clock, suspended: { ...clock.suspended, by: [...clock.suspended!.by, pause] } }
        : clock,
    );
    const order = received({ ...epoc, clocks } as OrderProfile, notified);
    takeNotice(order, '2026-09-02T08:00:00Z');
    defect(order, '2026-09-03T08:00:00Z');
    clarify(order, '2026-09-04T08:00:00Z');
    expect(order.state('produce-notified')).toBe('SUSPENDED');
    expect(clear(order, '2026-09-05T08:00:00Z').state('produce-notified')).toBe('OPEN');
  });

  it('does not keep the issuer from what follows by keeping a part', () => {
    const kept = () => execute(received(profileOf('epoc-pr')), '2026-09-02T08:00:00Z', 'PART');
    const extended = kept().take('extend', by('ISSUER', '2026-09-03T08:00:00Z'), basis);
    expect(extended.due('keep')).toBe('2026-11-30T21:59:59.999Z');
    const confirmed = kept().take('confirmProduction', by('ISSUER', '2026-09-03T08:00:00Z'), {
      production: 'EPOC-2',
    });
    expect(confirmed.head.status).toBe('CONFIRMED');
    const released = kept().take('release', by('ISSUER', '2026-09-03T08:00:00Z'), {});
    expect(released.head.status).toBe('RELEASED');
  });

  it('can be compelled though it says that all is done', () => {
    const said = execute(received(profileOf('epoc')), '2026-09-02T08:00:00Z');
    enforce(said, '2026-09-20T08:00:00Z');
    said.take('recognise', by('ENFORCING', '2026-09-21T08:00:00Z'), basis);
    execute(said, '2026-09-22T08:00:00Z');
    expect(deliver(said, '2026-09-22T09:00:00Z').last?.late).toEqual(['produce']);
    const sent = execute(received(profileOf('epoc')), '2026-09-02T08:00:00Z');
    deliver(sent, '2026-09-02T09:00:00Z');
    expect(enforce(sent, '2026-09-20T08:00:00Z').head.status).toBe('ENFORCEMENT');
    expect(deliver(execute(sent, '2026-09-22T08:00:00Z'), ISSUED_LATER).head.status).toBe(
      'DELIVERED',
    );
  });

  it('goes back in time by no more than the window, however many steps it takes', () => {
    const order = received(profileOf('epoc-emergency'));
    execute(order, '2026-09-01T17:10:00Z', 'PART');
    execute(order, '2026-09-01T17:00:00Z', 'PART');
    expectRefusal(() => execute(order, '2026-09-01T16:50:00Z'), 'TIME_ORDER');
  });
});
const ISSUED_LATER = '2026-09-22T09:00:00Z';

describe('an issuer', () => {
  it('takes no right away by telling late when another one was told', () => {
    const order = received(profileOf('epoc-emergency'), notified);
    deliver(execute(order, ISSUED), ISSUED);
    const told = '2026-09-06T08:00:00Z';
    order.take('takeNotice', by('ISSUER', told, 'system'), {
      ...{ receivedAt: at(ISSUED), proof: digest('e') },
    });
    expect(order.due('object-emergency')).toBe('2026-09-10T08:59:59.999Z');
    expect(object(order, '2026-09-10T08:00:00Z').head.status).toBe('OBJECTED');
  });

  it('makes nobody late by telling late that it received an order', () => {
    const order = serve(issue(profileOf('epoc'))).take(
      'receive',
      by('ISSUER', ISSUED_LATER, 'system'),
      {
        ...{ receivedAt: at(ISSUED), proof: digest('e') },
      },
    );
    expect(order.due('produce')).toBe('2026-10-02T21:59:59.999Z');
  });

  it('does not withdraw what was delivered to close it past a review', () => {
    const { order } = beginShipped('tabellion-contactless');
    deliver(execute(receive(serve(order)), ISSUED), ISSUED);
    withdraw(order, '2026-09-02T08:00:00Z');
    expectRefusal(() => close(order, '2026-09-02T08:00:00Z'), 'GATE_SHUT');
    order.take('clear', by('ENFORCING', '2026-09-02T09:00:00Z'), { gate: 'host-review', ...basis });
    expect(close(order, '2026-09-02T10:00:00Z').head.status).toBe('CLOSED');
    const { order: unused } = beginShipped('tabellion-contactless');
    withdraw(unused, '2026-09-02T08:00:00Z');
    expect(close(unused, '2026-09-02T08:00:00Z').head.status).toBe('CLOSED');
  });

  it('widens nothing past its own authorities once it was served', () => {
    const { order } = beginShipped('mla', { role: 'investigator' });
    const when = ISSUED;
    const clearOwn = (role: string, changes = {}) =>
      order.take('clear', by('ISSUER', when, role), { gate: 'sent-abroad', ...basis }, changes);
    const examine = () =>
      order.take('clear', by('ADDRESSEE', when, 'centralAuthority'), {
        gate: 'examined',
        ...basis,
      });
    order.take('validate', by('ISSUER', ISSUED, 'centralAuthority'), {});
    clearOwn('liaisonAuthority');
    defect(receive(serve(order)), when, 'investigator');
    const contents = { ADDRESSEE: digest('c') };
    order.take('clarify', by('ISSUER', when, 'centralAuthority'), { contents });
    examine();
    expectRefusal(() => execute(order, when), 'GATE_SHUT');
    // Whoever wrote them does not let them pass.
    expectRefusal(() => clearOwn('centralAuthority'), 'SELF_REVIEW');
    clearOwn('centralAuthority', { person: 'another' });
    expectRefusal(() => clearOwn('liaisonAuthority'), 'NO_CHANGE');
    expect(execute(order, when).head.status).toBe('EXECUTED');
  });

  it('makes nobody late whom its own authorities hold back', () => {
    const own = { ...profileOf('epoc').gates[0]!, by: 'ISSUER', blocks: 'SERVED', id: 'own' };
    const { notified: _, opensWith: __, ...gate } = own;
    const profile = { ...profileOf('epoc'), gates: [gate] } as OrderProfile;
    const clearOwn = (begun: OrderCase, when: string) =>
      begun.take('clear', by('ISSUER', when, 'centralAuthority'), { gate: 'own', ...basis });
    const order = receive(serve(clearOwn(issue(profile), ISSUED)));
    defect(order, '2026-09-02T08:00:00Z');
    clarify(order, '2026-09-03T08:00:00Z', { ADDRESSEE: digest('c') });
    const over = order.due('produce')!;
    expectRefusal(() => mark(order, ISSUED_LATER), 'NOT_OVERDUE');
    clearOwn(order, ISSUED_LATER);
    expect(at(over)).toBeLessThan(at(ISSUED_LATER));
    expectRefusal(() => mark(order, ISSUED_LATER), 'NOT_OVERDUE');
    deliver(execute(order, ISSUED_LATER), ISSUED_LATER);
    expect(order.last?.late).toEqual([]);
  });

  it('keeps nothing without an end that it could not have asked for alone', () => {
    const order = issue(profileOf('epoc-pr'), {}, {}, 'investigator');
    receive(serve(order.take('validate', by('ISSUER', ISSUED), {})));
    const confirm = (role: string) =>
      order.take('confirmProduction', by('ISSUER', '2026-09-03T08:00:00Z', role), {
        production: 'EPOC-2',
      });
    expectRefusal(() => confirm('investigator'), 'NOT_ALLOWED');
    expect(confirm('prosecutor').head.status).toBe('CONFIRMED');
  });

  it('compels nobody to what is still to be validated', () => {
    const order = received(profileOf('epoc-emergency'), {}, {}, 'investigator');
    report(order, '2026-09-01T09:00:00Z');
    expectRefusal(() => enforce(order, '2026-09-01T10:00:00Z'), 'STEP_OUT_OF_ORDER');
    order.take('validate', by('ISSUER', '2026-09-01T10:00:00Z'), {});
    expect(enforce(order, '2026-09-01T10:00:00Z').head.status).toBe('ENFORCEMENT');
  });

  it('sets no deadline beyond all that a profile could', () => {
    const order = report(received(profileOf('epoc')), '2026-09-03T08:00:00Z');
    expectRefusal(
      () => maintain(order, '2026-09-03T09:00:00Z', at('9999-12-31T23:59:59.999Z')),
      'TIME_IN_FUTURE',
    );
  });

  it('gets nothing past the enforcing authority that replaces what that one let pass', () => {
    const order = received(profileOf('epoc'), notified);
    takeNotice(order, '2026-09-01T09:00:00Z');
    clear(order, '2026-09-02T08:00:00Z');
    defect(order, '2026-09-09T08:00:00Z');
    clarify(order, '2026-10-01T08:00:00Z', others);
    execute(order, '2026-10-01T09:00:00Z');
    // Ten days from the new contents, not what was left of the ten from the old.
    expectRefusal(() => deliver(order, '2026-10-12T21:59:59.999Z'), 'GATE_SHUT');
    expect(order.state('object')).toBe('WAITING');
    expect(object(order, '2026-10-05T08:00:00Z').head.status).toBe('OBJECTED');
  });

  it('delivers new contents’ data by silence once their days are over, and closes after that', () => {
    const order = received(profileOf('epoc'), notified);
    takeNotice(order, '2026-09-01T09:00:00Z');
    clear(order, '2026-09-02T08:00:00Z');
    defect(order, '2026-09-09T08:00:00Z');
    clarify(order, '2026-10-01T08:00:00Z', others);
    execute(order, '2026-10-01T09:00:00Z');
    deliver(order, '2026-10-12T22:00:00Z');
    expectRefusal(() => close(order, '2026-10-12T22:00:00Z'), 'STEP_OUT_OF_ORDER');
    takeNotice(order, '2026-10-12T22:00:00Z');
    expectRefusal(() => takeNotice(order, '2026-10-12T22:00:00Z'), 'STEP_OUT_OF_ORDER');
    expect(close(order, '2026-10-30T08:00:00Z').head.status).toBe('CLOSED');
  });

  it('opens no gate anew by words that replace nothing', () => {
    const order = received(profileOf('epoc'), notified);
    clear(order, '2026-09-02T08:00:00Z');
    defect(order, '2026-09-03T08:00:00Z');
    clarify(order, '2026-09-04T08:00:00Z');
    execute(order, '2026-09-04T09:00:00Z');
    expect(deliver(order, '2026-09-04T10:00:00Z').head.status).toBe('DELIVERED');
  });

  it('makes nobody late for a review that was done before its notice was recorded', () => {
    const order = received(readProfile('tabellion-tiers.yaml', 'tabellion-emergency'), {
      contents: notified.contents,
    });
    const review = (when: string) =>
      order.take('clear', by('ENFORCING', when), { gate: 'judicial-review', ...basis });
    review('2026-09-01T09:00:00Z');
    takeNotice(order, '2026-09-01T10:00:00Z');
    expect(order.state('review')).toBe('STOPPED');
    defect(order, '2026-09-01T11:00:00Z');
    clarify(order, '2026-09-01T12:00:00Z', others);
    takeNotice(order, '2026-09-01T13:00:00Z');
    expect([order.state('review'), order.due('review')]).toEqual([
      'OPEN',
      '2026-09-03T13:00:00.000Z',
    ]);
  });

  it('takes no objection away by withdrawing what was delivered', () => {
    const order = received(profileOf('epoc-emergency'), notified);
    deliver(execute(order, ISSUED), ISSUED);
    order.take('withdraw', by('ISSUER', '2026-09-01T10:00:00Z'), {});
    expectRefusal(() => close(order, '2026-09-01T10:00:00Z'), 'STEP_OUT_OF_ORDER');
    takeNotice(order, '2026-09-01T11:00:00Z');
    expect(object(order, '2026-09-02T08:00:00Z').head.status).toBe('OBJECTED');
    expect(close(order, '2026-09-02T09:00:00Z').head.status).toBe('CLOSED');
  });

  it('leaves nothing to object to where it withdrew before anything was delivered', () => {
    const order = received(profileOf('epoc-emergency'), notified);
    order.take('withdraw', by('ISSUER', '2026-09-01T10:00:00Z'), {});
    expectRefusal(() => object(order, '2026-09-02T08:00:00Z'), 'STEP_OUT_OF_ORDER');
    expect(close(order, '2026-09-02T09:00:00Z').head.status).toBe('CLOSED');
  });

  it('has no enforcing authority of its own state', () => {
    const own = (mspId: string, kind: 'EXCHANGE' | 'STATE') =>
      sampleMember({ mspId, jurisdiction: 'DE', kind });
    const de = sampleIssueContext(profileOf('epoc')).calendars.ISSUER!;
    const context = {
      ...{ addressee: own('PlatformMSP', 'EXCHANGE'), enforcing: own('FrMSP', 'STATE') },
      calendars: { ISSUER: de, ADDRESSEE: de, ENFORCING: de },
    };
    expectRefusal(() => received(profileOf('epoc'), notified, context), 'ENFORCING_MISMATCH');
  });

  it('extends nothing that is over, whatever the profile closes', () => {
    const pr = profileOf('epoc-pr');
    const clocks = pr.clocks.map((clock) =>
      clock.id === 'keep' ? { ...clock, closes: [], silence: 'OVERDUE' as const } : clock,
    );
    const order = received({ ...pr, clocks });
    const extend = (when: string) => order.take('extend', by('ISSUER', when), basis);
    expectRefusal(() => extend('2026-11-03T08:00:00Z'), 'TOO_LATE');
    expect(extend('2026-10-30T08:00:00Z').due('keep')).toBe('2026-11-30T21:59:59.999Z');
  });

  it('extends what is kept while the enforcing authority decides', () => {
    const order = received(profileOf('epoc-pr'));
    enforce(order, '2026-10-20T08:00:00Z');
    order.take('extend', by('ISSUER', '2026-10-21T08:00:00Z'), basis);
    expect(order.head.status).toBe('ENFORCEMENT');
  });
});

describe('an issuer that freezes', () => {
  const epoc = profileOf('epoc');
  const freezing = {
    ...{
      ...epoc,
      kind: 'FREEZE',
      conflict: null,
      gates: [{ ...epoc.gates[0], blocks: 'FORFEITED' }],
    },
    clocks: epoc.clocks.filter(({ id }) => ['produce-notified', 'object'].includes(id)),
  } as OrderProfile;
  const forfeit = (order: OrderCase, when: string) =>
    order.take('forfeit', by('ISSUER', when), basis);

  it('forfeits nothing past an objection that may come', () => {
    const order = execute(received(freezing, notified), '2026-09-02T08:00:00Z');
    expectRefusal(() => forfeit(order, '2026-09-03T08:00:00Z'), 'STEP_OUT_OF_ORDER');
    takeNotice(order, '2026-09-03T08:00:00Z');
    expectRefusal(() => forfeit(order, '2026-09-12T08:00:00Z'), 'STEP_OUT_OF_ORDER');
    const cleared = execute(received(freezing, notified), '2026-09-02T08:00:00Z');
    clear(cleared, '2026-09-03T08:00:00Z');
    expect(forfeit(cleared, '2026-09-04T08:00:00Z').head.status).toBe('FORFEITED');
  });

  it('forfeits what is frozen where that is but a part', () => {
    const order = execute(received(freezing, notified), '2026-09-02T08:00:00Z', 'PART');
    clear(order, '2026-09-03T08:00:00Z');
    expect(forfeit(order, '2026-09-04T08:00:00Z').head.status).toBe('FORFEITED');
  });
});

describe('an enforcing authority', () => {
  it('is not told to have answered by what another one lets pass', () => {
    const epoc = profileOf('epoc');
    const other = { ...epoc.gates[0]!, id: 'other', by: 'ADDRESSEE', roles: ['delegate'] };
    const order = received({ ...epoc, gates: [...epoc.gates, other] } as OrderProfile, notified);
    takeNotice(order, '2026-09-01T09:00:00Z');
    const gate = { gate: 'other', ...basis };
    order.take('clear', by('ADDRESSEE', '2026-09-02T08:00:00Z', 'delegate'), gate);
    expect(order.state('object')).toBe('OPEN');
    clear(order, '2026-09-02T09:00:00Z');
    expect(order.state('object')).toBe('STOPPED');
  });

  it('opens gates and objects as often as contents are replaced', () => {
    const order = received(profileOf('epoc'), notified);
    const when = '2026-09-02T08:00:00Z';
    for (let count = 0; count < 10; count += 1) {
      object(order, when, 'PART');
      clear(order, when);
      defect(order, when);
      clarify(order, when, others);
    }
    expect(object(order, when).head.status).toBe('OBJECTED');
  });

  it('objects though the others have filled the chain', () => {
    const order = received(profileOf('epoc'), notified);
    const full = MAX_STEPS - LAST_STEPS;
    order.head = { ...order.head, sequence: full };
    const { head } = order;
    const when = '2026-09-02T08:00:00Z';
    expectRefusal(() => object(order, when, 'PART'), 'CHAIN_FULL');
    expectRefusal(() => mark(order, ISSUED_LATER, 'produce-notified'), 'CHAIN_FULL');
    expect(object(order, when).head.status).toBe('OBJECTED');
    order.head = head;
    expect(withdraw(order, when).head.status).toBe('WITHDRAWN');
  });

  it('does not object later because it cleared before', () => {
    const order = received(profileOf('epoc'), notified);
    takeNotice(order, '2026-09-01T09:00:00Z');
    clear(order, '2026-09-02T08:00:00Z');
    expectRefusal(() => object(order, '2026-09-20T08:00:00Z'), 'TOO_LATE');
  });

  it('may say of the rest what it said of a part', () => {
    const order = received(profileOf('epoc'), notified);
    takeNotice(order, '2026-09-01T09:00:00Z');
    object(order, '2026-09-02T08:00:00Z', 'PART');
    expectRefusal(() => object(order, '2026-09-20T08:00:00Z'), 'TOO_LATE');
    expect(object(order, '2026-09-03T08:00:00Z').head.status).toBe('OBJECTED');
  });
});
