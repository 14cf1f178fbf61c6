/** What a party to an order would do to have it its way, and gets refused. */
import { describe, expect, it } from 'vitest';
import {
  actOf,
  at,
  OrderCase,
  PARTIES,
  readProfile,
  type Side,
  sampleIssue,
  sampleIssueContext,
} from '../../test/order-case.ts';
import { digest, expectRefusal, sampleMember } from '../../test/samples.ts';
import type { IssueContext } from './issue.ts';
import type { OrderProfile } from './profile.ts';
import type { IssueInput } from './record.ts';

const ISSUED = '2026-09-01T08:00:00Z';
const basis = { id: 'de-stpo-94', version: 1 };
const profileOf = (id: string) => readProfile('eu-2023-1543.yaml', id);
const by = (side: Side, when: string, role = 'judicialReviewer') => [side, role, when] as const;
const notified = {
  categories: ['TRAFFIC'],
  contents: { ADDRESSEE: digest('a'), ENFORCING: digest('b') },
} satisfies Partial<IssueInput>;

function issue(
  id: string,
  changes: Partial<IssueInput> = {},
  context: Partial<IssueContext> = {},
  role = 'judicialReviewer',
) {
  const { enforcing, ...rest } = sampleIssue({ profile: { id, version: 1 }, ...changes });
  const input = enforcing === undefined ? rest : { ...rest, enforcing };
  const whole = sampleIssueContext(context.profile ?? profileOf(id), context);
  return new OrderCase(input, whole, actOf('ISSUER', role, at(ISSUED)));
}
const served = (...rest: Parameters<typeof issue>) =>
  issue(...rest).take('serve', by('ISSUER', ISSUED, 'system'), { channel: 'by hand' });
const received = (...rest: Parameters<typeof issue>) =>
  served(...rest).take('receive', by('ADDRESSEE', ISSUED, 'system'), { receivedAt: at(ISSUED) });
const execute = (order: OrderCase, extent: 'WHOLE' | 'PART', when: string) =>
  order.take('execute', by('ADDRESSEE', when, 'system'), { extent, acquisitions: [] });
const deliver = (order: OrderCase, extent: 'WHOLE' | 'PART', when: string) =>
  order.take('deliver', by('ADDRESSEE', when, 'system'), { extent, acquisitions: [] });
const object = (order: OrderCase, when: string, ground = 'ne-bis-in-idem') =>
  order.take('object', by('ENFORCING', when), { ground, extent: 'WHOLE', legalBasis: basis });

describe('who stands on which side', () => {
  const stateOf = (jurisdiction: string, mspId: string) =>
    sampleMember({ mspId, jurisdiction, kind: 'STATE' });

  it('is not for the issuer to choose: the enforcing authority is the addressee’s state', () => {
    const friend = stateOf('CN', 'CnMSP');
    expectRefusal(
      () => issue('epoc', { ...notified, enforcing: 'CnMSP' }, { enforcing: friend }),
      'ENFORCING_MISMATCH',
    );
    const own = stateOf('DE', PARTIES.ISSUER.member);
    expectRefusal(
      () => issue('epoc', { ...notified, enforcing: own.mspId }, { enforcing: own }),
      'ENFORCING_MISMATCH',
    );
  });

  it('is one side for each member', () => {
    const both = sampleMember({ mspId: 'PlatformMSP', jurisdiction: 'FR', kind: 'STATE' });
    expectRefusal(
      () => issue('epoc', { ...notified, enforcing: both.mspId }, { enforcing: both }),
      'ENFORCING_MISMATCH',
    );
    const self = sampleMember({ mspId: 'DeMSP', jurisdiction: 'DE', kind: 'PLATFORM' });
    expectRefusal(
      () => issue('epoc', { addressee: 'DeMSP' }, { addressee: self }),
      'ADDRESSEE_NOT_ALLOWED',
    );
  });

  it('needs an enforcing authority where a gate is for one to open', () => {
    const epoc = profileOf('epoc');
    const [gate] = epoc.gates;
    const always = { ...gate!, notified: undefined, opensWith: undefined };
    const profile = { ...epoc, gates: [always] } as OrderProfile;
    expectRefusal(() => issue('epoc', { enforcing: undefined }, { profile }), 'ENFORCING_MISMATCH');
    const other = { ...profile, gates: [{ ...always, categories: ['TRAFFIC'] }] } as OrderProfile;
    const { ENFORCING: _, ...calendars } = sampleIssueContext(other).calendars;
    const named = { ISSUER: { id: 'de', version: 1 }, ADDRESSEE: { id: 'fr', version: 1 } };
    const alone = { enforcing: undefined, calendars: named };
    const { order } = issue('epoc', alone, { profile: other, enforcing: undefined, calendars });
    expect(order).not.toHaveProperty('enforcing');
  });

  it('follows orders of others only where it is a party to them', () => {
    const { order } = issue('epoc-pr');
    const follows = order.id;
    const id = 'c'.repeat(32);
    expect(issue('epoc', { id, follows }, { followed: order }).order.follows).toBe(follows);
    const foreign = { ...order, act: { ...order.act, member: 'CnMSP' } };
    expectRefusal(() => issue('epoc', { id, follows }, { followed: foreign }), 'NOT_A_PARTY');
  });
});

describe('an enforcing authority', () => {
  it('objects only to what it is notified of, on a ground for that', () => {
    expectRefusal(() => object(received('epoc'), '2026-09-02T08:00:00Z'), 'STEP_OUT_OF_ORDER');
    expectRefusal(() => object(received('epoc-pr'), '2026-09-02T08:00:00Z'), 'STEP_OUT_OF_ORDER');
    const order = received('epoc', notified);
    for (const ground of ['deny-not-stored', 'not-stored', 'dislike'])
      expectRefusal(() => object(order, '2026-09-02T08:00:00Z', ground), 'GROUND_UNKNOWN');
    expect(object(order, '2026-09-02T08:00:00Z').head.status).toBe('OBJECTED');
  });

  it('denies recognition on grounds of article 16 alone', () => {
    const order = received('epoc', notified);
    order.take('enforce', by('ISSUER', '2026-09-14T08:00:00Z'), { legalBasis: basis });
    const deny = (ground: string) =>
      order.take('denyRecognition', by('ENFORCING', '2026-09-15T08:00:00Z'), {
        ...{ ground, legalBasis: basis },
      });
    expectRefusal(() => deny('ne-bis-in-idem'), 'GROUND_UNKNOWN');
    expect(deny('deny-not-stored').head.status).toBe('REFUSED');
  });

  it('does not put its own clock off by being slow: the issuer shows when it was told', () => {
    const order = received('epoc', notified);
    const told = (proof?: string) =>
      order.take('takeNotice', by('ISSUER', '2026-09-03T08:00:00Z', 'system'), {
        ...{ receivedAt: at(ISSUED), ...(proof && { proof }) },
      });
    expectRefusal(() => told(), 'BAD_INPUT');
    told(digest('c'));
    // From when the issuer says so, not from when it says that it was.
    expect(order.due('object')).toBe('2026-09-15T21:59:59.999Z');
    expectRefusal(() => object(order, '2026-09-15T22:00:00Z'), 'TOO_LATE');
  });

  it('asks one question at a time, and is answered once', () => {
    const order = received('epoc');
    const ask = (when: string) => order.take('ask', by('ENFORCING', when), {});
    const reply = (when: string) => order.take('reply', by('ISSUER', when), {});
    expectRefusal(() => ask('2026-09-02T08:00:00Z'), 'STEP_OUT_OF_ORDER');
    order.take('enforce', by('ISSUER', '2026-09-14T08:00:00Z'), { legalBasis: basis });
    expectRefusal(() => reply('2026-09-14T09:00:00Z'), 'STEP_OUT_OF_ORDER');
    ask('2026-09-14T09:00:00Z');
    expectRefusal(() => ask('2026-09-14T10:00:00Z'), 'STEP_OUT_OF_ORDER');
    reply('2026-09-15T10:00:00Z');
    expectRefusal(() => reply('2026-09-15T11:00:00Z'), 'STEP_OUT_OF_ORDER');
  });

  it('opens only gates that are shut', () => {
    const clear = (order: OrderCase) =>
      order.take('clear', by('ENFORCING', '2026-09-02T08:00:00Z'), {
        ...{ gate: 'no-objection', legalBasis: basis },
      });
    expectRefusal(() => clear(received('epoc')), 'GATE_UNKNOWN');
    const order = clear(received('epoc', notified));
    expectRefusal(() => clear(order), 'NO_CHANGE');
  });
});

describe('an issuer', () => {
  const report = (order: OrderCase, when = '2026-09-03T08:00:00Z') =>
    order.take('reportImpossible', by('ADDRESSEE', when, 'delegate'), {});
  const maintain = (order: OrderCase, clock: string, due: string) =>
    order.take('maintain', by('ISSUER', '2026-09-04T08:00:00Z'), {
      deadline: { clock, due: at(due) },
    });

  it('sets no deadline that comes sooner, opens a gate early, or outlasts the law', () => {
    const order = report(received('epoc', notified));
    expectRefusal(() => maintain(order, 'produce-notified', '2026-09-05T08:00:00Z'), 'TIME_ORDER');
    for (const clock of ['produce', 'conflict', 'object', 'react', 'nothing'])
      expectRefusal(() => maintain(order, clock, '2026-10-05T08:00:00Z'), 'CLOCK_UNKNOWN');
    expectRefusal(
      () => maintain(report(received('epoc-pr')), 'keep', '2036-10-05T08:00:00Z'),
      'CLOCK_UNKNOWN',
    );
    maintain(order, 'produce-notified', '2026-10-05T08:00:00Z');
    expect(order.due('produce-notified')).toBe('2026-10-05T08:00:00.000Z');
  });

  it('sets a deadline that is suspended like any other, and holds back like it', () => {
    const order = received('epoc', notified);
    maintain(report(order), 'produce-notified', '2026-10-05T08:00:00Z');
    order.take('reportDefect', by('ADDRESSEE', '2026-09-10T08:00:00Z', 'delegate'), {
      ...{ defect: 'INCOMPLETE', preserved: true },
    });
    expect([order.due('produce-notified'), order.state('produce-notified')]).toEqual([
      null,
      'SUSPENDED',
    ]);
    order.take('clarify', by('ISSUER', '2026-09-12T09:00:00Z'), {});
    expect(order.due('produce-notified')).toBe('2026-10-07T09:00:00.000Z');
    execute(order, 'WHOLE', '2026-10-06T08:00:00Z');
    expectRefusal(() => deliver(order, 'WHOLE', '2026-10-07T09:00:00Z'), 'GATE_SHUT');
    expect(deliver(order, 'WHOLE', '2026-10-07T09:00:00.001Z').head.status).toBe('DELIVERED');
  });

  it('does not make late whom it keeps waiting, nor by its own word of the receipt', () => {
    const reported = report(received('epoc'), '2026-09-11T21:00:00Z');
    const mark = (order: OrderCase, side: Side) =>
      order.take('markOverdue', by(side, '2026-09-20T08:00:00Z', 'system'), { clock: 'produce' });
    expectRefusal(() => mark(reported, 'ISSUER'), 'NOT_OVERDUE');
    const claimed = served('epoc').take('receive', by('ISSUER', ISSUED, 'system'), {
      ...{ receivedAt: at(ISSUED), proof: digest('c') },
    });
    expectRefusal(() => mark(claimed, 'ISSUER'), 'OWN_CLOCK');
    expect(mark(claimed, 'ENFORCING').head.overdue).toEqual(['produce']);
  });

  it('widens nothing without whoever validated it', () => {
    const order = issue('epoc', notified, {}, 'investigator');
    order.take('validate', by('ISSUER', ISSUED), {});
    order.take('serve', by('ISSUER', ISSUED, 'system'), { channel: 'by hand' });
    order.take('receive', by('ADDRESSEE', ISSUED, 'system'), { receivedAt: at(ISSUED) });
    order.take('reportDefect', by('ADDRESSEE', ISSUED, 'delegate'), {
      ...{ defect: 'TOO_LITTLE', preserved: false },
    });
    const { contents } = notified;
    const clarify = (role: string, given: IssueInput['contents'], side: Side = 'ISSUER') =>
      order.take('clarify', by(side, '2026-09-02T08:00:00Z', role), { contents: given });
    for (const role of ['investigator', 'prosecutor'])
      expectRefusal(() => clarify(role, contents), 'NOT_ALLOWED');
    expectRefusal(() => clarify('judicialReviewer', contents, 'ENFORCING'), 'NOT_A_PARTY');
    const { ADDRESSEE } = contents;
    expectRefusal(() => clarify('judicialReviewer', { ADDRESSEE }), 'ENFORCING_MISMATCH');
    expect(clarify('judicialReviewer', contents).head.contents).toEqual(contents);
    const pr = issue('epoc-pr', {}, {}, 'investigator');
    pr.take('validate', by('ISSUER', ISSUED), {});
    pr.take('serve', by('ISSUER', ISSUED, 'system'), { channel: 'by hand' });
    pr.take('receive', by('ADDRESSEE', ISSUED, 'system'), { receivedAt: at(ISSUED) });
    expectRefusal(
      () => pr.take('extend', by('ISSUER', ISSUED, 'investigator'), { legalBasis: basis }),
      'NOT_ALLOWED',
    );
  });

  it('does not uphold by itself what a court decides on', () => {
    const raise = (order: OrderCase) =>
      order.take('raiseConflict', by('ADDRESSEE', '2026-09-02T08:00:00Z', 'delegate'), {
        ...{ law: 'CN', legalBasis: basis },
      });
    const decide = (order: OrderCase, role: string, person: string) =>
      order.take(
        'decideConflict',
        by('ISSUER', '2026-09-05T08:00:00Z', role),
        { outcome: 'UPHELD', legalBasis: basis },
        { person },
      );
    const order = raise(received('epoc'));
    expectRefusal(() => decide(order, 'prosecutor', 'somebody'), 'NOT_ALLOWED');
    const { person } = order.order.act;
    expectRefusal(() => decide(order, 'judicialReviewer', person), 'SELF_REVIEW');
    expect(decide(order, 'judicialReviewer', 'somebody').head.status).toBe('RECEIVED');
    expectRefusal(() => raise(received('epoc-pr')), 'STEP_OUT_OF_ORDER');
  });

  it('does not close what may still be objected to', () => {
    const order = received('epoc-emergency', notified);
    deliver(execute(order, 'WHOLE', ISSUED), 'WHOLE', ISSUED);
    const close = (when: string) => order.take('close', by('ISSUER', when), {});
    expectRefusal(() => close('2026-09-30T08:00:00Z'), 'STEP_OUT_OF_ORDER');
    order.take('takeNotice', by('ENFORCING', '2026-09-01T09:00:00Z', 'system'), {
      receivedAt: at('2026-09-01T08:30:00Z'),
    });
    expectRefusal(() => close('2026-09-05T08:59:59.999Z'), 'STEP_OUT_OF_ORDER');
    expect(close('2026-09-05T09:00:00Z').head.status).toBe('CLOSED');
    const cleared = received('epoc', notified).take('clear', by('ENFORCING', ISSUED), {
      ...{ gate: 'no-objection', legalBasis: basis },
    });
    deliver(execute(cleared, 'WHOLE', ISSUED), 'WHOLE', ISSUED);
    expect(cleared.take('close', by('ISSUER', ISSUED), {}).head.status).toBe('CLOSED');
  });

  it('validates in time or not at all, and everything else is too late as well', () => {
    const order = received('epoc-emergency', {}, {}, 'investigator');
    const late = '2026-09-03T09:00:00.000Z';
    expectRefusal(() => order.take('validate', by('ISSUER', late), {}), 'TOO_LATE');
    expectRefusal(() => execute(order, 'WHOLE', late), 'TOO_LATE');
    expectRefusal(() => order.take('withdraw', by('ISSUER', late), {}), 'TOO_LATE');
    order.take('markOverdue', by('ISSUER', late, 'system'), { clock: 'validate' });
    expect(order.take('close', by('ISSUER', late), {}).head.status).toBe('CLOSED');
  });

  it('does not close what is still to be validated', () => {
    const order = received('epoc-emergency', {}, {}, 'investigator');
    deliver(execute(order, 'WHOLE', ISSUED), 'WHOLE', ISSUED);
    const close = () => order.take('close', by('ISSUER', '2026-09-02T08:00:00Z'), {});
    expectRefusal(close, 'STEP_OUT_OF_ORDER');
    order.take('validate', by('ISSUER', '2026-09-02T08:00:00Z'), {});
    expect(close().head.status).toBe('CLOSED');
  });

  it('has nobody to enforce what names no enforcing authority', () => {
    const calendars = {
      ISSUER: { id: 'de', version: 1 },
      ADDRESSEE: { id: 'fr', version: 1 },
    };
    const { ENFORCING: _, ...known } = sampleIssueContext(profileOf('epoc')).calendars;
    const changes = { enforcing: undefined, calendars };
    const order = received('epoc', changes, { enforcing: undefined, calendars: known });
    expectRefusal(
      () => order.take('enforce', by('ISSUER', '2026-09-14T08:00:00Z'), { legalBasis: basis }),
      'ENFORCING_MISMATCH',
    );
  });
});

describe('an addressee', () => {
  it('owes the rest when it has delivered a part', () => {
    const order = execute(received('epoc'), 'PART', '2026-09-02T08:00:00Z');
    expectRefusal(() => deliver(order, 'WHOLE', '2026-09-02T09:00:00Z'), 'STEP_OUT_OF_ORDER');
    deliver(order, 'PART', '2026-09-02T09:00:00Z');
    expect([order.head.status, order.state('produce')]).toEqual(['PARTLY_EXECUTED', 'OPEN']);
    order.take('markOverdue', by('ISSUER', '2026-09-11T22:00:00Z', 'system'), { clock: 'produce' });
    execute(order, 'WHOLE', '2026-09-12T08:00:00Z');
    expect(deliver(order, 'WHOLE', '2026-09-12T09:00:00Z').last?.late).toEqual(['produce']);
  });

  it('does not use up the steps of the others', () => {
    const order = received('epoc');
    for (let count = 0; count < 32; count += 1) execute(order, 'PART', '2026-09-02T08:00:00Z');
    expectRefusal(() => execute(order, 'PART', '2026-09-02T08:00:00Z'), 'STEP_OUT_OF_ORDER');
  });

  it('gains no time by stating one ahead, and takes no step before the last', () => {
    const order = served('epoc-emergency');
    const receivedAt = at(ISSUED) + 900_000;
    const receive = (when: number) =>
      order.take('receive', by('ADDRESSEE', ISSUED, 'system'), { receivedAt: when });
    expectRefusal(() => receive(at(ISSUED) - 900_001), 'TIME_ORDER');
    expectRefusal(() => receive(receivedAt + 1), 'TIME_IN_FUTURE');
    expect(receive(receivedAt).last?.countsFrom).toBe(at(ISSUED));
    const claimed = served('epoc-emergency').take('receive', by('ISSUER', ISSUED, 'system'), {
      ...{ receivedAt: at(ISSUED) - 900_000, proof: digest('c') },
    });
    expect(claimed.last?.countsFrom).toBe(at(ISSUED));
    const early = new Date(at(ISSUED) - 900_001).toISOString();
    expectRefusal(() => execute(order, 'PART', early), 'TIME_ORDER');
  });

  it('names what it collected once', () => {
    const order = received('epoc');
    const twice = ['d'.repeat(32), 'd'.repeat(32)];
    expectRefusal(
      () =>
        order.take(
          'execute',
          by('ADDRESSEE', '2026-09-02T08:00:00Z', 'system'),
          { extent: 'WHOLE', acquisitions: twice },
          { collectors: ['PlatformMSP', 'PlatformMSP'] },
        ),
      'DUPLICATE_ENTRY',
    );
  });
});

it('does all that is asked while it is being compelled, and that is the end of it', () => {
  const order = received('epoc');
  order.take('enforce', by('ISSUER', '2026-09-14T08:00:00Z'), { legalBasis: basis });
  expectRefusal(() => execute(order, 'PART', '2026-09-15T08:00:00Z'), 'STEP_OUT_OF_ORDER');
  expect(execute(order, 'WHOLE', '2026-09-15T08:00:00Z').head.status).toBe('EXECUTED');
});

it('counts what is late anew where the clock begins anew', () => {
  const order = received('epoc');
  const defect = (when: string) =>
    order.take('reportDefect', by('ADDRESSEE', when, 'delegate'), {
      ...{ defect: 'INCOMPLETE', preserved: true },
    });
  const mark = (when: string) =>
    order.take('markOverdue', by('ISSUER', when, 'system'), { clock: 'react' });
  defect('2026-09-02T08:00:00Z');
  mark('2026-09-08T08:00:00Z');
  expectRefusal(() => mark('2026-09-08T09:00:00Z'), 'NO_CHANGE');
  order.take('clarify', by('ISSUER', '2026-09-08T10:00:00Z'), {});
  expect(order.last?.late).toEqual(['react']);
  defect('2026-09-09T08:00:00Z');
  expect(order.head.overdue).toEqual([]);
  expect(mark('2026-09-30T08:00:00Z').head.overdue).toEqual(['react']);
});
