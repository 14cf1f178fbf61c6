/** What a command may touch of the world; tests give their own. */
import type { Command } from 'commander';
import type { Outcome } from './output.ts';

export interface Context {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly now: () => number;
  /** Ends when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
}

export type ProgressMode = 'auto' | 'json' | 'none';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: true;
  readonly progress: ProgressMode;
  readonly gateway?: string;
  readonly profile?: string;
}

export interface Invocation<Options = object> {
  readonly context: Context;
  readonly args: readonly string[];
  readonly options: Options & GlobalOptions;
  /** The command itself, for the few that describe the program. */
  readonly command: Command;
}

// biome-ignore lint/suspicious/noExplicitAny: commander hands over what each command declared
export type Action<Options = any> = (invocation: Invocation<Options>) => Promise<Outcome>;

/** Makes commander's handler out of an action that is loaded when it runs, and not before. */
export type Runner = (load: () => Promise<Action>) => (...received: unknown[]) => Promise<void>;
