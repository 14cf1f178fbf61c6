/** `screen open`: what others of the own member asked, for its auditors; checked against the commitments. */
import '@tabellion/proof/node';
import { journalEntry } from '../../journal/entry.ts';
import { openedScreenings } from '../../label/shape.ts';
import { parseGoverned } from '../acquisition-input.ts';
import type { Invocation } from '../context.ts';
import { parseCount } from '../document.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import { parsePurpose } from '../label/purpose.ts';
import { writeNewFile } from '../new-file.ts';
import type { Outcome } from '../output.ts';
import { encodeKept } from '../receipt/form.ts';
import { checkOpening, describeAsked, listAsked, type OpenedQuestion } from '../receipt/opening.ts';
import { openSession } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

export interface OpenFlags {
  readonly purpose?: string;
  readonly legalBasis: string;
  readonly output?: string;
  readonly force?: true;
}

export async function openScreenings(invocation: Invocation<OpenFlags>): Promise<Outcome> {
  const { args, options } = invocation;
  const positions = args.map((text) => parseCount('position', text));
  const purpose = parsePurpose(options.purpose);
  const legalBasis = parseGoverned(options.legalBasis);
  const { client } = await openSession(invocation);
  const { body } = await client.post('/v1/label/screenings/open', {
    json: { positions, legalBasis },
    headers: { 'tabellion-purpose': purpose },
  });
  const { opened, receipt } = expectShape(openedScreenings, body);
  assertRecorded(receipt.entry, positions);
  const screenings = opened.map(({ position, entry, opening }) => ({
    position,
    ...(opening !== null && { question: checkOpening({ entry, opening }) }),
  }));
  if (options.output !== undefined) {
    const lines = opened.flatMap(({ opening, ...rest }) =>
      opening === null
        ? []
        : [encodeKept({ type: 'tabellion.screening-opening', ...rest, opening })],
    );
    await writeNewFile(options.output, lines, options.force === true, 0o600);
  }
  return {
    document: {
      screenings: screenings.map(describe),
      receipt,
    },
    text: [
      formatTable(['POSITION', 'AT', 'WHO', 'PURPOSE', 'ASKED', 'NETWORK'], listRows(screenings)),
      '',
      `that you looked is on record in your member’s journal: ${receipt.position}`,
      'Shows: what was asked, as the gateway committed to it; `screen prove-receipt` adds the ledger.',
    ].join('\n'),
  };
}

interface Shown {
  readonly position: number;
  /** Undefined once that is erased. */
  readonly question?: OpenedQuestion;
}

function describe({ position, question }: Shown) {
  if (question === undefined) return { position, kept: false, asked: null };
  const { entry, asked } = question;
  const { at, who, role, operation, purpose } = entry;
  return {
    ...{ position, at, who, role, operation, purpose },
    ...('height' in entry && { height: entry.height }),
    ...{ kept: true, asked: listAsked(asked) },
  };
}

const listRows = (screenings: readonly Shown[]): string[][] =>
  screenings.flatMap(({ position, question }) => {
    if (question === undefined) return [[`${position}`, '', '', '', 'no longer kept', '']];
    const { entry, asked } = question;
    const facts = [`${position}`, formatTime(entry.at), entry.who ?? '', entry.purpose];
    return describeAsked(asked).map((row, index) => [
      ...(index === 0 ? facts : facts.map(() => '')),
      ...row,
    ]);
  });

/** Who looks holds the gateway to having said so. */
function assertRecorded(encoded: string, positions: readonly number[]): void {
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  const { data } = journalEntry.safeParse(JSON.parse(text));
  if (data?.kind === 'OPENING' && `${data.opened}` === `${positions}`) return;
  throw new CliError('RECEIPT_MISMATCH', 'the gateway did not put on record what was opened');
}
