/** Runs one command line: parse, act, print, answer with the exit code. */
import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from '../explain/exit-code.ts';
import type { Context, GlobalOptions, Invocation, Runner } from './context.ts';
import { CliError, describeFailure } from './failure.ts';
import { writeFailure, writeOutcome } from './output.ts';
import { buildProgram } from './program.ts';

/** Whether a failed parse is to be told in JSON: commander has then not read the options. */
const asksForJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
};

/** @param argv the words after the program's name. */
export async function runProgram(argv: readonly string[], context: Context): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const run: Runner =
    (load) =>
    async (...received) => {
      const command = received.at(-1) as Invocation['command'];
      const options = command.optsWithGlobals<GlobalOptions>();
      const act = await load();
      const outcome = await act({ context, args: command.args, options, command });
      writeOutcome(context, options.json === true, outcome);
      exit = outcome.exit ?? EXIT.done;
    };
  const usage: string[] = [];
  const program = buildProgram(run, {
    writeOut: (text) => context.stdout.write(text),
    // A refused command line is told once, as a failure, and not by commander as well.
    writeErr: (text) => usage.push(text),
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const told = error instanceof CommanderError ? usageError(error, usage) : error;
    const failure = describeFailure(told);
    writeFailure(context, asksForJson(argv), failure);
    return failure.exit;
  }
}

function usageError(error: CommanderError, usage: readonly string[]): CliError {
  const text = usage.join('').trim() || error.message;
  return new CliError('USAGE', text.replace(/^error: /, ''));
}
