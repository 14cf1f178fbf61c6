/** Why a gateway did not start or a command at one failed, in one sentence with what to do about it. */
import { isDiskFull } from '../gateway/src/http/disk-full.ts';

/** Certificates that would be good at another time; seldom it is really over. */
const CLOCK_CODES = ['CERTIFICATE_NOT_YET_VALID', 'CERTIFICATE_EXPIRED', 'CA_EXPIRED'];

export interface StartPlace {
  readonly directory: string;
  /** The option that names it; `--data` unless it is another. */
  readonly option?: string;
  readonly port?: number;
  /** Address of the member's peer, where the gateway is one on Fabric. */
  readonly peer?: string | undefined;
}

/** @param error with the code of the system, of the ledger or of none. */
export function explainFailure(
  error: Error & { readonly code?: string; readonly path?: string },
  { directory, option = '--data', port, peer }: StartPlace,
): string {
  if (isDiskFull(error)) {
    return `the disk of ${directory} is full: nothing that was kept is lost; make room and start again`;
  }
  if (CLOCK_CODES.some((code) => error.code === code || error.message.includes(code))) {
    const time = new Date().toISOString();
    return `${error.message}: see whether the clock of this machine is right; it shows ${time}`;
  }
  if (error.code === 'EADDRINUSE') {
    return `port ${port} of this machine is taken: choose another with --port (0 takes a free one)`;
  }
  if (error.code === 'EACCES' && error.path === undefined) {
    return `port ${port} is not for this user: choose one from 1024 on with --port`;
  }
  if (error.code === 'DATA_IN_USE') {
    return `${error.message}: stop that one, or choose another --data`;
  }
  if (error.code === 'UNAVAILABLE' && peer !== undefined) {
    return `the peer ${peer} cannot be used (${error.message}): see that it runs, has joined the channel, and that its address is right`;
  }
  if (error.code === 'UNAVAILABLE' && /open already/.test(error.message)) {
    return `${error.message}: stop what uses it, or choose another --data`;
  }
  if (error.code !== undefined && error.path !== undefined) {
    return `cannot keep data in ${directory} (${error.code} at ${error.path}): choose with ${option} a directory that you may write to`;
  }
  return error.message;
}
