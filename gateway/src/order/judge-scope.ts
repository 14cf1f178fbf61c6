/** Whether the facts open a route, by what its profile says of them. What is not known opens nothing. */
import { UNKNOWN } from '@tabellion/chaincode/kernel/schema';
import type { Side } from '@tabellion/chaincode/order/issue-rules';
import type { Scope, ScopeOffence } from '@tabellion/chaincode/order/scope';
import type { Connection, Threat } from '@tabellion/chaincode/order/vocabulary';
import type { ClosingReason, Question, Rest, Risk } from './advice-shape.ts';
import type { Facts } from './facts.ts';

/** Null: not known. */
type Verdict = boolean | null;

type Place = Pick<Side, 'kind' | 'jurisdiction'>;
export interface Parties {
  readonly issuer: Place;
  /** Whom the order would go to. */
  readonly addressee: Place;
  /** Whom the facts name; the order may go to its state. */
  readonly named: Place;
}

export interface ScopeFinding {
  readonly restsOn: Rest[];
  readonly questions: Question[];
  readonly closing: ClosingReason[];
  readonly risks: Risk[];
}

interface Judged {
  readonly verdict: Verdict;
  readonly reason: ClosingReason['reason'];
  readonly article: string;
  /** Which of the facts would tell. */
  readonly fact: string;
  readonly holds: string;
  readonly fails: string;
  readonly asks: string;
}

export function judgeScope(scope: Scope, known: Facts, parties: Parties): ScopeFinding {
  const restsOn: Rest[] = [];
  const questions: Question[] = [];
  const closing: ClosingReason[] = [];
  for (const { verdict, reason, article, fact, holds, fails, asks } of [
    ...scope.connection.map((row) => judgeConnection(row, known, parties)),
    ...judgeOffences(scope, known),
    ...judgeSentence(scope, known),
    ...judgeEmergency(scope, known),
    ...judgeDualCriminality(scope, known, true),
  ]) {
    if (verdict === true) restsOn.push({ fact, article, text: holds });
    else if (verdict === null) questions.push({ fact, article, text: asks });
    else closing.push({ reason, code: null, article, text: fails, mend: null });
  }
  const risks = judgeDualCriminality(scope, known, false)
    .filter(({ verdict }) => verdict !== true)
    .map(({ article, verdict, fails, asks }) => ({
      ...{ article, text: verdict === null ? `It may be refused on that ground: ${asks}` : fails },
    }));
  return { restsOn, questions, closing, risks };
}

const TIES: Readonly<
  Record<Connection, { readonly fact: string; readonly text: string; readonly ask: string }>
> = {
  OTHER_STATE: {
    ...{ fact: 'addressee', text: 'the addressee is in another state' },
    ask: 'is the addressee in another state?',
  },
  SAME_STATE: {
    ...{ fact: 'addressee', text: 'the addressee is in the issuing state' },
    ask: 'is the addressee in the issuing state?',
  },
  DATA_IN_STATE: {
    ...{ fact: 'locations', text: 'the data are in the state of the addressee' },
    ask: 'are the data in the state of the addressee?',
  },
  HOLDER_ESTABLISHED: {
    fact: 'holderIn',
    text: 'who holds the data is established or represented in the state of the addressee',
    ask: 'is who holds the data established or represented in the state of the addressee?',
  },
  SERVICE_OFFERED: {
    ...{
      fact: 'serviceOffered',
      text: 'who holds the data offers its service in the issuing state',
    },
    ask: 'does who holds the data offer its service in the issuing state?',
  },
  CONTROL: {
    ...{ fact: 'control', text: 'the addressee possesses, keeps or controls the data' },
    ask: 'does the addressee possess, keep or control the data?',
  },
  CONSENT: {
    ...{ fact: 'consent', text: 'who may lawfully disclose the data consents' },
    ask: 'does who may lawfully disclose the data consent of their own free will?',
  },
  DATA_PUBLIC: {
    ...{ fact: 'dataPublic', text: 'the data are open to everybody' },
    ask: 'are the data open to everybody?',
  },
  PERSON_IN_STATE: {
    ...{ fact: 'personIn', text: 'the person or thing is in the state of the addressee' },
    ask: 'is the person or thing in the state of the addressee?',
  },
};

function judgeConnection(
  { article, anyOf }: Scope['connection'][number],
  known: Facts,
  parties: Parties,
): Judged {
  const verdicts = anyOf.map((tie) => [tie, isTied(tie, known, parties)] as const);
  const holding = verdicts.find(([, verdict]) => verdict === true)?.[0];
  const open = verdicts.filter(([, verdict]) => verdict === null).map(([tie]) => TIES[tie]);
  const of = TIES[holding ?? anyOf[0]!];
  return {
    ...{ verdict: any(...verdicts.map(([, verdict]) => verdict)), article },
    reason: 'CONNECTION',
    fact: holding === undefined ? (open[0]?.fact ?? of.fact) : of.fact,
    holds: sentence(of.text),
    fails: sentence(`it is not so that ${anyOf.map((tie) => TIES[tie].text).join(', or that ')}`),
    asks: capital(open.map(({ ask }) => ask).join(' Or ')),
  };
}

function isTied(tie: Connection, known: Facts, { issuer, addressee, named }: Parties): Verdict {
  const there = addressee.jurisdiction;
  const isThere = (state: string | undefined): Verdict =>
    state === undefined ? null : state === there;
  switch (tie) {
    case 'OTHER_STATE':
      return there !== issuer.jurisdiction;
    case 'SAME_STATE':
      return there === issuer.jurisdiction;
    case 'DATA_IN_STATE': {
      const { locations = [UNKNOWN] } = known;
      if (locations.includes(there)) return true;
      return locations.includes(UNKNOWN) ? null : false;
    }
    case 'HOLDER_ESTABLISHED':
      // A company that is a member holds them itself, where the register says that it is.
      return isThere(named.kind === 'STATE' ? known.holderIn : named.jurisdiction);
    case 'SERVICE_OFFERED':
      return known.serviceOffered ?? null;
    case 'CONTROL':
      return known.control ?? null;
    case 'CONSENT':
      return known.consent ?? null;
    case 'DATA_PUBLIC':
      return known.dataPublic ?? null;
    case 'PERSON_IN_STATE':
      return isThere(known.personIn);
  }
}

/** For each category that some rows name, any of them. */
function judgeOffences({ offences }: Scope, known: Facts): Judged[] {
  return known.categories.flatMap((category) => {
    const rows = offences.filter(({ categories }) => categories.includes(category));
    if (rows.length === 0) return [];
    const holding = rows.find((row) => fitsOffence(row, known) === true);
    const open = rows.filter((row) => fitsOffence(row, known) === null);
    const list = (some: readonly ScopeOffence[]) =>
      some.map(({ article, title }) => `${title} (${article})`).join('; ');
    return {
      verdict: any(...rows.map((row) => fitsOffence(row, known))),
      reason: 'OFFENCE',
      article: holding?.article ?? rows.map(({ article }) => article).join(', '),
      fact: 'offence',
      holds: `For ${category}: ${holding?.title}.`,
      fails: `For ${category} the offence is none of these: ${list(rows)}.`,
      asks: `For ${category}: is the offence any of these? ${list(open)}.`,
    };
  });
}

function fitsOffence(row: ScopeOffence, { offence = {} }: Facts): Verdict {
  const { kinds, maximumMonths, bySystem } = offence;
  return all(
    row.kinds.length === 0 || (kinds === undefined ? null : meet(row.kinds, kinds)),
    row.leastMaximumMonths === null ||
      (maximumMonths === undefined ? null : maximumMonths >= row.leastMaximumMonths),
    !row.bySystem || (bySystem ?? null),
  );
}

function judgeSentence({ sentence: asked }: Scope, { sentenceMonths }: Facts): Judged[] {
  if (sentenceMonths === undefined || asked === null) return [];
  const { article, leastMonths } = asked;
  return [
    {
      ...{ verdict: sentenceMonths >= leastMonths, reason: 'SENTENCE', article },
      fact: 'sentenceMonths',
      holds: `The sentence to be carried out is at least ${leastMonths} months long.`,
      fails: `The sentence to be carried out is shorter than ${leastMonths} months.`,
      asks: `Is the sentence to be carried out at least ${leastMonths} months long?`,
    },
  ];
}

const THREATS: Readonly<Record<Threat, string>> = {
  LIFE: 'the life of a person',
  INJURY: 'the bodily integrity of a person',
  SAFETY: 'the safety of a person',
  INFRASTRUCTURE: 'critical infrastructure whose disruption would endanger people',
  LOSS: 'the data themselves, which may be lost or altered',
};

function judgeEmergency({ emergency }: Scope, { threats, volatile }: Facts): Judged[] {
  if (emergency === null) return [];
  const { article, threats: counting } = emergency;
  const named = [...(threats ?? []), ...(volatile ? (['LOSS'] as const) : [])];
  const isComplete =
    (threats !== undefined || counting.every((threat) => threat === 'LOSS')) &&
    (volatile !== undefined || !counting.includes('LOSS'));
  const what = counting.map((threat) => THREATS[threat]).join(', or ');
  return [
    {
      verdict: any(meet(counting, named), isComplete ? false : null),
      ...{ reason: 'EMERGENCY', article },
      fact: counting.every((threat) => threat === 'LOSS') ? 'volatile' : 'threats',
      holds: `There is an imminent threat to ${what}.`,
      fails: `There is no imminent threat to ${what}.`,
      asks: `Is there an imminent threat to ${what}?`,
    },
  ];
}

function judgeDualCriminality(
  { dualCriminality }: Scope,
  known: Facts,
  barring: boolean,
): Judged[] {
  if (dualCriminality === null || dualCriminality.bars !== barring) return [];
  const { article, categories, unless } = dualCriminality;
  if (!meet(categories, known.categories)) return [];
  const excepted = unless === null ? false : fitsOffence(unless, known);
  const punishable = known.offence?.punishableThere ?? null;
  const except = unless === null ? '' : `, and it is none of those excepted (${unless.article})`;
  return [
    {
      verdict: any(excepted, punishable),
      ...{ reason: 'DUAL_CRIMINALITY', article, fact: 'offence.punishableThere' },
      holds:
        excepted === true
          ? `${unless?.title}: punishable there or not.`
          : 'It is punishable in the state of the addressee too.',
      fails: `It is not punishable in the state of the addressee${except}.`,
      asks: `Is it punishable in the state of the addressee${unless === null ? '' : `, or one of these: ${unless.title} (${unless.article})`}?`,
    },
  ];
}

const meet = <T>(one: readonly T[], other: readonly T[]): boolean =>
  one.some((each) => other.includes(each));

/** False where any is; not known where none is and any is not known. */
const all = (...verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes(false) ? false : verdicts.includes(null) ? null : true;

/** True where any is; not known where none is and any is not known. */
const any = (...verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes(true) ? true : verdicts.includes(null) ? null : false;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => `${capital(text)}.`;
