/** What the program's exit codes mean. Scripts build on them: they never change their meaning. */
export const EXIT = {
  done: 0,
  error: 1,
  usage: 2,
  /** Something that was asked for could not be read or has no proof, and so is not anchored or verified. */
  incomplete: 3,
  signIn: 4,
  mismatch: 10,
  untrusted: 11,
  /** Not known yet: ask again with the same transaction ID or run the same command again. */
  unknown: 12,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
