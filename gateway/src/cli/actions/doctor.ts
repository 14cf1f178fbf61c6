/** `doctor`: what is wrong with this machine and profile, a line a check. */
import { checkMachine } from '../../doctor/machine.mjs';
import { checkCertificate, checkGateway, type GatewayAnswer } from '../../doctor/profile.ts';
import { fail, isHealthy, type Result, toDocument, toText } from '../../doctor/result.mjs';
import { EXIT } from '../../explain/exit-code.ts';
import type { Context, Invocation } from '../context.ts';
import { CliError, describeFailure } from '../failure.ts';
import type { Outcome } from '../output.ts';
import { chooseGateway, locateProfile, readKept, readSettings } from '../profile.ts';

const PATIENCE_MS = 5_000;

export interface DoctorOptions {
  readonly data: string;
  readonly port: string;
}

export async function diagnose(invocation: Invocation<DoctorOptions>): Promise<Outcome> {
  const { context, options } = invocation;
  const port = Number(options.port);
  if (!/^\d{1,5}$/.test(options.port) || port > 65_535) {
    throw new CliError('USAGE', `--port ${options.port}: not a port`);
  }
  const { environment } = context;
  const machine = { data: options.data, port, environment, now: context.now() };
  const results = [...(await checkMachine(machine)), ...(await checkProfile(invocation))];
  return {
    document: toDocument(results),
    text: toText(results),
    exit: isHealthy(results) ? EXIT.done : EXIT.error,
  };
}

/** Nothing where there is no profile and none was asked for: most machines with a gateway have none. */
async function checkProfile({
  context,
  options,
}: Invocation<DoctorOptions>): Promise<readonly Result[]> {
  try {
    const paths = locateProfile(context, options);
    const settings = await readSettings(paths);
    if (settings === undefined && options.gateway === undefined) return [];
    const gateway = chooseGateway(context, options, settings);
    return [
      checkCertificate(await readKept(paths.certificate), context.now()),
      ...checkGateway(gateway, await askGateway(gateway, context), context.now()),
    ];
  } catch (error) {
    const { code, message } = describeFailure(error);
    return [fail('profile', `${code}: ${message}`, `tabellion explain ${code}`)];
  }
}

async function askGateway(gateway: URL, { signal }: Context): Promise<GatewayAnswer | Error> {
  try {
    const response = await fetch(new URL('/v1/health/ready', gateway), {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    await response.body?.cancel();
    return { status: response.status, date: response.headers.get('date') };
  } catch (error) {
    const { cause, message } = error as Error;
    return new Error((cause as { code?: string } | undefined)?.code ?? message);
  }
}
