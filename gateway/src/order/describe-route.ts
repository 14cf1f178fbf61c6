/** What an open route asks of whom, step by step, in words. */
import type { Ruled, Side } from '@tabellion/chaincode/order/issue-rules';
import type { OrderProfile } from '@tabellion/chaincode/order/profile';
import type { OpenRoute, Risk } from './advice-shape.ts';
import { isKeeping, type Speed } from './route-speed.ts';

export interface Described {
  readonly profile: OrderProfile;
  /** What lets that role issue it. */
  readonly row: OrderProfile['issuing'][number];
  readonly speed: Speed;
  readonly order: Ruled;
  readonly addressee: Side;
  readonly issuerRole: string;
}

export function describeRoute(
  route: Described,
): Pick<OpenRoute, 'speed' | 'validation' | 'notified' | 'steps' | 'risks'> {
  const { row } = route;
  return {
    speed: describeSpeed(route),
    validation: row.validation,
    notified: describeNotified(route),
    steps: listSteps(route),
    risks: listReservations(route),
  };
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

function describeSpeed({ profile, speed }: Described): OpenRoute['speed'] {
  const { usual } = profile.scope;
  const { due, keptFrom, clock } = speed;
  const number = describeNumber(speed);
  return {
    ...{ due, keptFrom },
    clock: clock?.id ?? null,
    article: clock?.article ?? null,
    usualDays: usual?.days ?? null,
    text:
      usual === null
        ? number
        : `${number} As measured elsewhere: ${usual.days} days (${usual.source}).`,
  };
}

const PROVISIONAL = ' That is provisional: the calendar ends before it.';

function describeNumber({ due, keptFrom, clock, shut, readings }: Speed): string {
  if (due !== null) {
    const isProvisional = readings.some((each) => each.clock === clock!.id && each.provisional);
    return `By ${iso(due)} at the latest (${clock!.article}).${isProvisional ? PROVISIONAL : ''}`;
  }
  if (keptFrom !== null) return 'It binds from its receipt on.';
  const endless = shut.find(({ opensWith }) => opensWith === undefined);
  if (endless !== undefined)
    return `No number: it waits for ${endless.title} (${endless.article}).`;
  return 'The law gives no number.';
}

function describeNotified({ profile, order }: Described): OpenRoute['notified'] {
  const { enforcing } = profile;
  if (enforcing === null || order.contents.ENFORCING === undefined) return null;
  const { article, exception } = enforcing;
  return { member: order.enforcing!, article, exception };
}

function listSteps(route: Described): OpenRoute['steps'] {
  const { profile, row, addressee, issuerRole, speed } = route;
  const { readings, shut, due, clock } = speed;
  const dueOf = (id: string | undefined) =>
    readings.find((reading) => reading.clock === id)?.due ?? null;
  const validates = row.validators.join(' or ');
  const limit = profile.clocks.find(
    ({ stops, validation }) => validation === 'AFTER' && stops.includes('VALIDATED'),
  );
  const afterwards = dueOf(limit?.id);
  const notified = describeNotified(route);
  return [
    {
      ...{ event: 'ISSUED' as const, article: row.article },
      text: `The ${issuerRole} issues it${row.validation === 'NONE' ? ' alone' : ''}.`,
    },
    ...(row.validation === 'BEFORE'
      ? [step('VALIDATED', row.article, `A ${validates} validates it before it is served.`)]
      : []),
    ...(row.validation === 'AFTER'
      ? [
          step(
            'VALIDATED',
            limit?.article ?? row.article,
            `A ${validates} validates it afterwards${afterwards === null ? '' : `, by ${iso(afterwards)} at the latest`}.`,
          ),
        ]
      : []),
    ...profile.gates
      .filter(({ blocks }) => blocks === 'SERVED')
      .map(({ article, title, roles }) =>
        step('CLEARED', article, `Gate: ${title}, by the issuing member (${roles.join(' or ')}).`),
      ),
    step('SERVED', profile.article, `It is served on ${addressee.mspId}.`),
    ...(notified === null
      ? []
      : [
          step(
            'NOTICE_RECEIVED',
            notified.article,
            `${notified.member} is notified at the same time${notified.exception === null ? '' : `, except where ${notified.exception}`}.`,
          ),
        ]),
    ...shut.map(({ article, title, by, roles, opensWith }) => {
      const opens = dueOf(opensWith);
      const who = `the ${by === 'ADDRESSEE' ? 'addressee' : 'enforcing authority'} (${roles.join(' or ')})`;
      const end =
        opens === null ? 'Silence does not open it.' : `Silence opens it after ${iso(opens)}.`;
      return step('CLEARED', article, `Gate: ${title}, by ${who}. ${end}`);
    }),
    ...profile.clocks.filter(isKeeping).flatMap(({ id, article, title, period }) => {
      if (period?.unit === 'STATED_DAY')
        return [step('RECEIVED', article, `${title}: ${describeBounds(period)}, then it lapses.`)];
      const ends = dueOf(id);
      return ends === null
        ? []
        : [step('RECEIVED', article, `${title}: until ${iso(ends)}, then it lapses.`)];
    }),
    ...(due === null ? [] : [step('DELIVERED', clock!.article, `${clock!.title}: ${iso(due)}.`)]),
  ];
}

const describeBounds = ({ least, most }: { least: number; most: number | null }): string =>
  `${most === null ? `at least ${least}` : `${least} to ${most}`} days, which the order has to state`;

const step = (
  event: OpenRoute['steps'][number]['event'],
  article: string,
  text: string,
): OpenRoute['steps'][number] => ({ event, article, text });

/** Under which conditions the addressee said that it takes such orders. */
const listReservations = ({ profile, addressee }: Described): Risk[] =>
  addressee.profile.acceptedOrders.flatMap(({ kind, reservation }) =>
    kind === profile.kind && reservation !== undefined
      ? [{ article: null, text: `${addressee.mspId} accepts such orders but for: ${reservation}` }]
      : [],
  );
