/** Whether a profile can act: its certificate, and the gateway with its clock. */
import { X509Certificate } from 'node:crypto';
import { fail, ok, type Result, warn } from './result.mjs';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a word. */
const SOON_MS = 30 * DAY_MS;
/** Half the members' window for the time of a proposal (15 minutes by default). */
const SKEW_MS = 450_000;

/** @param pem the profile's certificate; undefined before `init`. */
export function checkCertificate(pem: string | undefined, now: number): Result {
  const check = 'certificate';
  if (pem === undefined) {
    return warn(check, 'this profile has none yet', 'tabellion init, before it is to act');
  }
  const { validFromDate, validToDate } = new X509Certificate(pem);
  const [begin, end] = [validFromDate.toISOString(), validToDate.toISOString()];
  if (validFromDate.getTime() > now) {
    return fail(check, `not valid before ${begin}`, 'set the clock of this machine');
  }
  const left = validToDate.getTime() - now;
  if (left < 0) return fail(check, `ended ${end}`, 'tabellion init --renew');
  if (left < SOON_MS) return warn(check, `ends ${end}`, 'tabellion init --renew');
  return ok(check, `valid until ${end}`);
}

/** What the gateway answers on `/v1/health/ready`, and the time it says. */
export interface GatewayAnswer {
  readonly status: number;
  /** Header `Date`. */
  readonly date: string | null;
}

export function checkGateway(gateway: URL, answer: GatewayAnswer | Error, now: number): Result[] {
  const check = 'gateway';
  if (answer instanceof Error) {
    return [
      fail(
        check,
        `${gateway.href} does not answer (${answer.message})`,
        'start it with ./scripts/start, or name another with --gateway URL',
      ),
    ];
  }
  const { status, date } = answer;
  const ready =
    status === 200
      ? ok(check, `${gateway.href} is ready`)
      : fail(check, `${gateway.href} is not ready (${status})`, 'wait; then read its gateway.log');
  const told = Date.parse(date ?? '');
  const skew = Math.abs(told - now);
  if (!(skew > SKEW_MS)) return [ready];
  const seconds = Math.round(skew / 1000);
  const difference = `this machine and the gateway differ by ${seconds} s`;
  return [ready, fail('clock of gateway', difference, 'set whichever is wrong')];
}
