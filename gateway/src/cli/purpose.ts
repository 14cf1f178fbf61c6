/** What a request says that it is for (O-3). */
import { CliError } from './failure.ts';

/** @throws CliError `USAGE`. */
export const expectPurpose = (purpose: string): Record<string, string> => {
  if (!/^[\x20-\x7e]{1,200}$/.test(purpose))
    throw new CliError('USAGE', 'say with --purpose what it is for: 1 to 200 ASCII characters');
  return { 'tabellion-purpose': purpose };
};
