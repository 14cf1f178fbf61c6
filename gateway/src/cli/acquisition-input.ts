/** Turns the flags of `acquire`, `disclose` and `determine` into the contracts' inputs. Pure. */
import type { AcquireInput, Location } from '@tabellion/chaincode/evidence/record';
import { parseCount, parseTime } from './document.ts';
import { CliError } from './failure.ts';

export interface PlaceFlags {
  readonly system?: string;
  readonly medium?: string;
  readonly node?: readonly string[];
}

export interface AcquireFlags extends PlaceFlags {
  readonly case?: string;
  readonly legalBasis?: readonly string[];
  readonly method?: string;
  readonly standard?: string;
  readonly route?: string;
  readonly order?: readonly string[];
  readonly treaty?: readonly string[];
  readonly consent?: readonly string[];
  readonly authorisation?: string;
  readonly reason?: string;
  readonly continues?: string;
  readonly purpose?: readonly string[];
  readonly publiclyReleased?: string;
  readonly accessLimits?: string;
  readonly fullCopy?: string;
  readonly volatile?: true;
  readonly tool?: readonly string[];
  readonly withoutRecording?: string;
  readonly witness?: readonly string[];
  readonly clockOffset?: string;
  readonly started?: string;
  readonly ended?: string;
}

/** The recordings' digests and sizes, taken by the caller: reading files is not done here. */
export type Recording = AcquireInput['recordings'][number];

interface Known {
  /** What `--input` gave; flags replace single fields. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly now: number;
  readonly recordings: readonly Recording[];
}

/**
 * The draft of an `evidence:acquire` input; its schema is checked by the caller. Facts that nobody
 * stated stay absent, so that the schema names them: none is guessed, but for the start (now) and for
 * what an absent flag says (`--volatile`, `--full-copy`).
 */
export function draftAcquisition(flags: AcquireFlags, known: Known): Record<string, unknown> {
  const grounds = [
    ...toGrounds('ORDER', flags.order),
    ...toGrounds('TREATY', flags.treaty),
    ...toGrounds('CONSENT', flags.consent),
  ];
  const location = draftLocation(flags);
  return withoutAbsent({
    grounds: [],
    purposes: [],
    publiclyReleased: 'UNKNOWN',
    extent: { kind: 'SELECTIVE' },
    volatility: 'ORDINARY',
    tools: [],
    recordings: [],
    witnesses: [],
    startedAt: known.now,
    ...known.document,
    id: known.id,
    ...withoutAbsent({
      case: flags.case,
      legalBases: flags.legalBasis?.map((text) => parseGoverned(text)),
      grounds: grounds.length === 0 ? undefined : grounds,
      authorisation: flags.authorisation && parseAuthorisation(flags.authorisation),
      route: flags.route,
      method: flags.method && parseGoverned(flags.method),
      reason: flags.reason,
      continues: flags.continues,
      purposes: flags.purpose,
      publiclyReleased: flags.publiclyReleased,
      accessLimits: flags.accessLimits && { respected: true, statement: flags.accessLimits },
      extent: flags.fullCopy && { kind: 'FULL_COPY', justification: flags.fullCopy },
      volatility: flags.volatile && 'VOLATILE',
      standard: flags.standard && parseGoverned(flags.standard),
      tools: flags.tool?.map(parseTool),
      recordings: known.recordings.length === 0 ? undefined : known.recordings,
      noRecordingReason: flags.withoutRecording,
      witnesses: flags.witness,
      clockOffsetMs: flags.clockOffset === undefined ? undefined : parseOffset(flags.clockOffset),
      startedAt: flags.started && parseTime(flags.started),
      endedAt: flags.ended && parseTime(flags.ended),
      location,
    }),
  });
}

/** Undefined where no place was given. A medium that was not named is where the system is. */
export function draftLocation({ system, medium, node }: PlaceFlags): Location | undefined {
  if (system === undefined && medium === undefined && node === undefined) return undefined;
  if (system === undefined) throw new CliError('USAGE', 'give --system with the place of the data');
  return {
    systemJurisdiction: system,
    mediumLocation: medium ?? system,
    source:
      node === undefined
        ? { class: 'STANDALONE' }
        : { class: 'NETWORK', nodes: node.map(parseNode) },
  };
}

/** `id@version`. */
export function parseGoverned(text: string): { id: string; version: number } {
  const [id, version] = splitOnce(text, '@', 'an entry and its version, such as device-imaging@1');
  return { id, version: parseCount('the version', version) };
}

export const parseTool = (text: string) => {
  const [name, version] = splitOnce(text, '@', 'a tool and its version, such as imager@4.2');
  return { name, version };
};

const parseNode = (text: string) => {
  const [kind, jurisdiction] = splitOnce(text, '@', 'a node and its place, such as server@SG');
  return { kind, jurisdiction };
};

export const parseAuthorisation = (text: string) => {
  const [kind, reference] = splitOnce(text, ':', 'an authorisation such as JUDICIAL:2026/88');
  return { kind, reference };
};

/** `KIND:file`, of `--recording`. */
export const parseRecording = (text: string): readonly [kind: string, file: string] =>
  splitOnce(text, ':', 'a recording such as VIDEO:screen.mp4');

const toGrounds = (kind: string, references: readonly string[] = []) =>
  references.map((reference) => ({ kind, reference }));

function parseOffset(text: string): number {
  if (!/^-?\d{1,12}$/.test(text))
    throw new CliError('USAGE', 'the clock offset is in milliseconds');
  return Number(text);
}

function splitOnce(text: string, mark: string, what: string): [string, string] {
  // The last mark: an identifier may hold one, a version or place may not.
  const at = mark === '@' ? text.lastIndexOf(mark) : text.indexOf(mark);
  if (at <= 0 || at === text.length - 1) throw new CliError('USAGE', `${text} is not ${what}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

export const withoutAbsent = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
