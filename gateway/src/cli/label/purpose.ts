import { CliError } from '../failure.ts';

/** What something is asked for; it stands in the journal. @throws CliError `USAGE`. */
export function parsePurpose(purpose: string | undefined): string {
  if (purpose !== undefined && /^[\x20-\x7e]{1,200}$/.test(purpose)) return purpose;
  throw new CliError('USAGE', 'say with --purpose what it is asked for: 1 to 200 ASCII characters');
}
