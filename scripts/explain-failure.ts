/** Why a gateway did not start, in one sentence with what to do about it. */

export interface StartPlace {
  readonly directory: string;
  readonly port: number;
}

/** @param error with the code of the system, of the ledger or of none. */
export function explainFailure(
  error: Error & { readonly code?: string; readonly path?: string },
  { directory, port }: StartPlace,
): string {
  if (error.code === 'EADDRINUSE') {
    return `port ${port} of this machine is taken: choose another with --port (0 takes a free one)`;
  }
  if (error.code === 'EACCES' && error.path === undefined) {
    return `port ${port} is not for this user: choose one from 1024 on with --port`;
  }
  if (error.code === 'UNAVAILABLE') {
    return `${error.message}: stop the gateway that uses it, or choose another --data`;
  }
  if (error.code !== undefined && error.path !== undefined) {
    return `cannot keep data in ${directory} (${error.code} at ${error.path}): choose with --data a directory that you may write to`;
  }
  return error.message;
}
