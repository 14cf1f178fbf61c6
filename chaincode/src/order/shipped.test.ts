/** Each shipped profile along its main line, and what its instrument says of time. */
import { describe, expect, it } from 'vitest';
import { at, listShipped } from '../../test/order-case.ts';
import { expectRefusal } from '../../test/samples.ts';
import { beginShipped, type ShippedOrder } from '../../test/shipped-order.ts';
import type { Gate } from './gate.ts';
import { orderProfileBody } from './profile.ts';
import type { IssueInput } from './record.ts';
import { treatyBody } from './route.ts';

const profiles = listShipped().map(({ id, body }) => ({ id, ...orderProfileBody.parse(body) }));
const enabled = profiles.filter(({ disabled }) => disabled === null);
const disabled = profiles.filter((profile) => profile.disabled !== null);
const legalBasis = { id: 'de-stpo-94', version: 1 };
const whole: { extent: 'WHOLE'; acquisitions: string[] } = { extent: 'WHOLE', acquisitions: [] };
const days = (clock: string, amount: number): IssueInput['stated'] => [{ clock, days: amount }];

const RECEIVED = '2026-09-07T09:00:00Z';
const EXECUTED = '2026-09-09T09:00:00Z';
const LATER = '2026-09-10T09:00:00Z';
/** Long after every period that is stated here. */
const MUCH_LATER = '2027-12-30T09:00:00Z';

/** Clocks and when they are due, in a zone two hours east of UTC; the order as it is received and executed. */
const TABLE: Readonly<
  Record<string, { stated?: IssueInput['stated']; due: Record<string, string | null> }>
> = {
  'budapest-16': { stated: days('keep', 90), due: { keep: '2026-12-06T21:59:59.999Z' } },
  'budapest-29': { stated: days('keep', 60), due: { keep: '2026-11-06T21:59:59.999Z' } },
  'budapest-30': { due: { disclose: null } },
  'budapest-31': { due: { answer: null } },
  'us-2703f': { due: { keep: '2026-12-06T21:59:59.999Z' } },
  mla: { due: { answer: null } },
  'mla-preservation': { stated: days('keep', 30), due: { keep: '2026-10-07T21:59:59.999Z' } },
  'police-cooperation': { due: { answer: null } },
  'cn-assistance': { due: {} },
  'cn-freezing': { stated: days('hold', 30), due: { hold: '2026-10-09T21:59:59.999Z' } },
  'cn-request-abroad': { due: { answer: null } },
  'tabellion-ordinary': { due: { answer: null } },
  'tabellion-emergency': { due: { review: '2026-09-09T09:00:00.000Z', secure: null } },
  'tabellion-contactless': { due: { 'tell-host': null, 'host-review': null } },
  'exchange-freeze': {
    ...{ stated: days('hold', 30), due: { freeze: null, hold: '2026-10-07T21:59:59.999Z' } },
  },
  'joint-team-agreement': { stated: days('term', 180), due: { term: '2027-03-08T21:59:59.999Z' } },
};

/** Opens every gate that stands before a step, each of which is shut until then, whatever time goes by. */
function openGates(
  { order, profile }: ShippedOrder,
  blocks: Gate['blocks'],
  when: string,
  attempt: (when: string) => unknown,
) {
  for (const { id, by, roles } of profile.gates.filter((gate) => gate.blocks === blocks)) {
    expectRefusal(() => attempt(MUCH_LATER), 'GATE_SHUT');
    order.take('clear', [by, roles[0]!, when], { gate: id, legalBasis });
  }
}

/** Issued, validated, approved, served, received and told. */
function receive(id: string, stated?: IssueInput['stated']): ShippedOrder {
  const begun = beginShipped(id, { stated });
  const { order, profile } = begun;
  const issued = '2026-09-01T08:00:00Z';
  if (order.head.status === 'AWAITS_VALIDATION')
    order.take('validate', ['ISSUER', profile.issuing[0]!.validators[0]!, issued], {});
  const serve = (when: string) =>
    order.take('serve', ['ISSUER', 'system', when], { channel: 'this network' });
  openGates(begun, 'SERVED', issued, serve);
  serve(issued);
  order.take('receive', ['ADDRESSEE', 'system', RECEIVED], { receivedAt: at(RECEIVED) });
  if (order.order.notified)
    order.take('takeNotice', ['ENFORCING', 'system', RECEIVED], { receivedAt: at(RECEIVED) });
  return begun;
}

function execute(begun: ShippedOrder, when = EXECUTED): ShippedOrder {
  const act = (instant: string) =>
    begun.order.take('execute', ['ADDRESSEE', 'system', instant], whole);
  openGates(begun, 'EXECUTED', when, act);
  act(when);
  return begun;
}

/** To its end by the way of its kind. */
function finish(begun: ShippedOrder): void {
  const { order, profile } = begun;
  const { validators, roles } = profile.issuing[0]!;
  const judge = validators[0] ?? roles[0]!;
  const last = {
    PRESERVE: (when: string) => order.take('release', ['ISSUER', judge, when], {}),
    PRODUCE: (when: string) => order.take('deliver', ['ADDRESSEE', 'system', when], whole),
    ASSIST: (when: string) => order.take('deliver', ['ADDRESSEE', 'system', when], whole),
    FREEZE: (when: string) => order.take('forfeit', ['ISSUER', judge, when], { legalBasis }),
  }[profile.kind];
  // What is frozen lapses with its period, so that time alone cannot be tried there.
  if (profile.kind === 'FREEZE') {
    for (const { id, by, roles: openers } of profile.gates.filter(
      ({ blocks }) => blocks === 'FORFEITED',
    )) {
      expectRefusal(() => last(LATER), 'GATE_SHUT');
      order.take('clear', [by, openers[0]!, LATER], { gate: id, legalBasis });
    }
  } else openGates(begun, 'DELIVERED', LATER, last);
  last(LATER);
  const close = (when: string) => order.take('close', ['ISSUER', judge, when], {});
  openGates(begun, 'CLOSED', LATER, close);
  close(LATER);
}

describe('an enabled profile', () => {
  it('stands in the table, or in the tests of its regulation', () => {
    const others = enabled.map(({ id }) => id).filter((id) => !id.startsWith('epoc'));
    expect(others.toSorted()).toEqual(Object.keys(TABLE).toSorted());
  });

  it.each(Object.entries(TABLE))('%s goes from its issue to its end', (id, { stated, due }) => {
    const begun = execute(receive(id, stated));
    const { order } = begun;
    const read = order.head.clocks.map(({ clock }) => [clock, order.due(clock)]);
    expect(Object.fromEntries(read)).toEqual(due);
    finish(begun);
    expect(order.head.status).toBe('CLOSED');
    expect(order.head.overdue).toEqual([]);
  });
});

describe('a disabled profile', () => {
  it('is one of an instrument that is not in force, or whose text was not read', () => {
    expect(disabled.map(({ id }) => id).toSorted()).toEqual([
      ...['budapest-17', 'budapest-32b', 'second-protocol-10', 'second-protocol-12'],
      ...['second-protocol-6', 'second-protocol-7', 'second-protocol-8', 'second-protocol-9'],
    ]);
  });

  it.each(disabled.map(({ id }) => id))('%s cannot be used', (id) => {
    expectRefusal(() => beginShipped(id), 'PROFILE_DISABLED');
  });
});

it('each cites an article for whatever it says', () => {
  for (const { id, edition, article, clocks, gates, grounds, content, issuing } of profiles) {
    if (edition === 'Network policy') continue;
    const cited = [
      article,
      ...[clocks, gates, grounds, content, issuing].flat().map((x) => x.article),
    ];
    for (const each of cited) expect(each, id).toMatch(/\d/);
  }
});

describe('preservation', () => {
  const extend = ({ order, profile }: ShippedOrder, when: string) =>
    order.take('extend', ['ISSUER', profile.issuing[0]!.roles[0]!, when], { legalBasis });

  it('under 2703(f) lasts ninety days and ninety more, once', () => {
    const begun = execute(receive('us-2703f'));
    expectRefusal(() => extend(begun, '2026-12-06T22:00:00Z'), 'TOO_LATE');
    extend(begun, '2026-12-01T09:00:00Z');
    expect(begun.order.due('keep')).toBe('2027-03-06T21:59:59.999Z');
    expectRefusal(() => extend(begun, '2027-01-01T09:00:00Z'), 'EXTENSIONS_USED_UP');
  });

  it('under 2703(f) is for authorities of the United States', () => {
    expectRefusal(() => beginShipped('us-2703f', { issuer: 'DE' }), 'ROUTE_CLOSED');
  });

  it('under article 16 lasts at most ninety days, which the order states, and is renewed by as many', () => {
    for (const stated of [undefined, days('keep', 91)])
      expectRefusal(() => beginShipped('budapest-16', { stated }), 'BAD_INPUT');
    const begun = receive('budapest-16', days('keep', 20));
    expect(begun.order.due('keep')).toBe('2026-09-27T21:59:59.999Z');
    extend(begun, '2026-09-20T09:00:00Z');
    extend(begun, '2026-10-10T09:00:00Z');
    expect(begun.order.due('keep')).toBe('2026-11-06T21:59:59.999Z');
  });

  it('under article 16 is ordered at home, under article 29 abroad', () => {
    const home = { stated: days('keep', 60), addressee: 'DE' };
    expectRefusal(() => beginShipped('budapest-29', home), 'ROUTE_CLOSED');
    expectRefusal(() => beginShipped('budapest-16', { ...home, addressee: 'FR' }), 'ROUTE_CLOSED');
    expect(beginShipped('budapest-16', home).order.head.status).toBe('ISSUED');
  });

  it('under article 29 lasts at least sixty days, and until what was announced is decided', () => {
    expectRefusal(() => beginShipped('budapest-29', { stated: days('keep', 59) }), 'BAD_INPUT');
    const { order } = execute(receive('budapest-29', days('keep', 60)));
    order.take('confirmProduction', ['ISSUER', 'prosecutor', '2026-11-06T21:59:59.999Z'], {
      production: 'letter-4',
    });
    const mark = () =>
      order.take('markOverdue', ['ISSUER', 'prosecutor', MUCH_LATER], { clock: 'keep' });
    expectRefusal(mark, 'NOT_OVERDUE');
    order.take('release', ['ISSUER', 'prosecutor', MUCH_LATER], {});
    expect(order.head.status).toBe('RELEASED');
  });

  it('states the days of clocks that leave them to it, of each once, and of no other', () => {
    const issue = (stated: IssueInput['stated']) => () => beginShipped('budapest-29', { stated });
    const keep = { clock: 'keep', days: 60 };
    expectRefusal(issue([keep, keep]), 'DUPLICATE_ENTRY');
    expectRefusal(issue([keep, { clock: 'other', days: 1 }]), 'CLOCK_UNKNOWN');
    expectRefusal(() => beginShipped('us-2703f', { stated: [keep] }), 'CLOCK_UNKNOWN');
  });
});

describe('the emergency tier', () => {
  it('gives the state of the data forty-eight hours, and opens nothing when they are over', () => {
    const begun = execute(receive('tabellion-emergency'), '2026-09-07T10:00:00Z');
    const { order } = begun;
    const deliver = (when: string) => order.take('deliver', ['ADDRESSEE', 'system', when], whole);
    const mark = (when: string) =>
      order.take('markOverdue', ['ISSUER', 'judicialReviewer', when], { clock: 'review' });
    expectRefusal(() => mark('2026-09-09T09:00:00.000Z'), 'NOT_OVERDUE');
    mark('2026-09-09T09:00:00.001Z');
    expectRefusal(() => deliver(MUCH_LATER), 'GATE_SHUT');
    order.take('clear', ['ENFORCING', 'judicialReviewer', '2026-09-10T09:00:00Z'], {
      ...{ gate: 'judicial-review', legalBasis },
    });
    expect(order.last?.late).toEqual(['review']);
    expect(deliver('2026-09-10T10:00:00Z').head.status).toBe('DELIVERED');
  });
});

describe('contactless collection', () => {
  it('delivers mirror copies at once, and is not closed before the host state has reviewed it', () => {
    const { order } = execute(receive('tabellion-contactless'), '2026-09-07T09:05:00Z');
    order.take('deliver', ['ADDRESSEE', 'system', '2026-09-07T09:10:00Z'], whole);
    const close = () => order.take('close', ['ISSUER', 'judicialReviewer', LATER], {});
    expectRefusal(close, 'GATE_SHUT');
    order.take('clear', ['ENFORCING', 'judicialReviewer', LATER], {
      ...{ gate: 'host-review', legalBasis },
    });
    expect(close().head.status).toBe('CLOSED');
  });

  it('is closed by a reservation of the state where it would take place', () => {
    const reservations = [{ article: '1', text: 'not here', closes: ['tabellion-contactless'] }];
    expectRefusal(() => beginShipped('tabellion-contactless', { reservations }), 'ROUTE_CLOSED');
    expect(beginShipped('tabellion-emergency', { reservations }).order.head.sequence).toBe(0);
  });
});

describe('China', () => {
  it('sets its approvals no time, and no time opens them', () => {
    const { profile } = receive('cn-assistance');
    expect(profile.clocks).toEqual([]);
    expect(profile.gates.map(({ article }) => article)).toEqual(['4(3), 16', 'DSL 36', 'PIPL 41']);
    expect(profile.gates.filter(({ opensWith }) => opensWith !== undefined)).toEqual([]);
  });

  it('lets nothing out before each of the three approvals, which its competent authority gives', () => {
    const { order } = execute(receive('cn-assistance'));
    const clear = (gate: string, role = 'centralAuthority') =>
      order.take('clear', ['ADDRESSEE', role, LATER], { gate, legalBasis });
    const deliver = () => order.take('deliver', ['ADDRESSEE', 'system', MUCH_LATER], whole);
    expectRefusal(deliver, 'GATE_SHUT');
    expectRefusal(() => clear('data-security', 'investigator'), 'NOT_ALLOWED');
    clear('data-security');
    expectRefusal(deliver, 'GATE_SHUT');
    clear('personal-information');
    expect(deliver().head.status).toBe('DELIVERED');
  });

  it('asks for no approval of data where none are given', () => {
    const { order } = beginShipped('cn-assistance', { categories: ['OTHER'] });
    order.take('serve', ['ISSUER', 'system', '2026-09-01T09:00:00Z'], { channel: 'by hand' });
    order.take('receive', ['ADDRESSEE', 'system', RECEIVED], { receivedAt: at(RECEIVED) });
    const clear = (gate: string) =>
      order.take('clear', ['ADDRESSEE', 'centralAuthority', EXECUTED], { gate, legalBasis });
    clear('consent');
    expectRefusal(() => clear('data-security'), 'GATE_UNKNOWN');
    order.take('execute', ['ADDRESSEE', 'system', EXECUTED], whole);
    order.take('deliver', ['ADDRESSEE', 'system', EXECUTED], whole);
    expect(order.head.status).toBe('DELIVERED');
  });

  it('is asked in China alone, and asks others by its own authorities alone', () => {
    expectRefusal(() => beginShipped('cn-assistance', { addressee: 'FR' }), 'ROUTE_CLOSED');
    expectRefusal(() => beginShipped('mla', { addressee: 'CN' }), 'ROUTE_CLOSED');
    expectRefusal(() => beginShipped('cn-request-abroad', { issuer: 'DE' }), 'ROUTE_CLOSED');
  });

  it('is reached by no way that goes past its consent, as the development consortium agreed', () => {
    const agreement = listShipped('treaties').find(({ id }) => id === 'tabellion-agreement');
    const { parties } = treatyBody.parse(agreement?.body);
    const { reservations } = parties.find(({ jurisdiction }) => jurisdiction === 'CN')!;
    const closed = reservations.flatMap(({ closes }) => closes);
    const ways = enabled.filter(
      ({ id, kind, treaty, issuedIn, addressedIn = ['CN'], notAddressedIn = [] }) =>
        (treaty === null || treaty === 'tabellion-agreement') &&
        !closed.includes(id) &&
        (issuedIn === null || issuedIn.some((state) => state !== 'CN')) &&
        addressedIn.includes('CN') &&
        !notAddressedIn.includes('CN') &&
        // What is kept stays where it is.
        kind !== 'PRESERVE',
    );
    expect(ways.map(({ id }) => id).toSorted()).toEqual([
      ...['cn-assistance', 'cn-freezing', 'joint-team-agreement'],
    ]);
    for (const { id, gates } of ways) {
      const own = gates.filter(({ by, opensWith }) => by !== 'ISSUER' && opensWith === undefined);
      expect(
        own.map(({ blocks }) => blocks),
        id,
      ).toContain('EXECUTED');
    }
  });

  it('freezes for the period that the request states, after which a new one is needed', () => {
    const { order } = execute(receive('cn-freezing', days('hold', 30)));
    const extend = () => order.take('extend', ['ISSUER', 'prosecutor', LATER], { legalBasis });
    expectRefusal(extend, 'EXTENSIONS_USED_UP');
    order.take('markOverdue', ['ISSUER', 'prosecutor', '2026-10-09T22:00:00.000Z'], {
      clock: 'hold',
    });
    expect(order.head.status).toBe('LAPSED');
  });
});

describe('mutual legal assistance', () => {
  it('leaves no state before its own authorities agree, none of them the person who wrote it', () => {
    const { order } = beginShipped('mla', { role: 'investigator' });
    const when = '2026-09-01T09:00:00Z';
    const serve = () => order.take('serve', ['ISSUER', 'system', when], { channel: 'by hand' });
    expectRefusal(serve, 'STEP_OUT_OF_ORDER');
    order.take('validate', ['ISSUER', 'centralAuthority', when], {});
    expectRefusal(serve, 'GATE_SHUT');
    const clear = (role: string, changes = {}) =>
      order.take('clear', ['ISSUER', role, when], { gate: 'sent-abroad', legalBasis }, changes);
    expectRefusal(() => clear('investigator'), 'NOT_ALLOWED');
    const { person } = order.order.act;
    expectRefusal(() => clear('liaisonAuthority', { person }), 'SELF_REVIEW');
    clear('liaisonAuthority');
    expect(serve().head.status).toBe('SERVED');
    const examine = () =>
      order.take('clear', ['ADDRESSEE', 'centralAuthority', RECEIVED], {
        ...{ gate: 'examined', legalBasis },
      });
    examine();
    expectRefusal(examine, 'NO_CHANGE');
  });

  it('is examined by the other state once it has been handed over, and not before', () => {
    const { order } = beginShipped('mla', { role: 'centralAuthority' });
    const examine = () =>
      order.take('clear', ['ADDRESSEE', 'centralAuthority', '2026-09-01T09:00:00Z'], {
        ...{ gate: 'examined', legalBasis },
      });
    expectRefusal(examine, 'STEP_OUT_OF_ORDER');
  });
});
