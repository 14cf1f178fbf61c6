import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.ts';

/** What the caller says it reads for (LBL-14, O-3). @throws Problem `BAD_REQUEST`. */
export function readPurpose(headers: IncomingHttpHeaders): string | undefined {
  const purpose = headers['tabellion-purpose'];
  if (purpose === undefined) return undefined;
  if (typeof purpose === 'string' && /^[\x20-\x7e]{1,200}$/.test(purpose)) return purpose;
  throw new Problem('BAD_REQUEST', 'Tabellion-Purpose: 1 to 200 printable ASCII characters');
}

/** @throws Problem `PURPOSE_MISSING`, `BAD_REQUEST`. */
export function requirePurpose(headers: IncomingHttpHeaders): string {
  const purpose = readPurpose(headers);
  if (purpose === undefined) throw new Problem('PURPOSE_MISSING');
  return purpose;
}
