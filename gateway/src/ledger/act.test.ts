import { canonicalBytes } from '@tabellion/proof';
import { type Context, Contract } from 'fabric-contract-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTestConsortium,
  type TestConsortium,
} from '../../../test/conformance/embedded-network.ts';
import { type ActOptions, type ActPort, type ActRequest, performAct, type Signer } from './act.ts';
import { type EmbeddedLedger, openEmbeddedLedger } from './embedded/ledger.ts';
import type { PreparedProposal } from './port.ts';

/** Records as Tabellion's contracts do, and one that writes more than it says. */
class DeedContract extends Contract {
  constructor() {
    super('deed');
  }

  async write(ctx: Context, text: string) {
    return this.#record(ctx, 'deed:write', text);
  }

  async writeSilently(ctx: Context, text: string) {
    await ctx.stub.putState('deed/silent', Buffer.from(text));
    return text;
  }

  /** Answers as if it had written. */
  async writeNothing(ctx: Context, text: string) {
    const record = { text };
    ctx.stub.setEvent(
      'deed:writeNothing',
      canonicalBytes({ key: `deed/${ctx.stub.getTxID()}`, record }),
    );
    return Buffer.from(canonicalBytes(record)).toString();
  }

  /** Announces another record than it writes. */
  async writeOther(ctx: Context, text: string) {
    const result = await this.#record(ctx, 'deed:writeOther', text);
    await ctx.stub.putState(`deed/${ctx.stub.getTxID()}`, Buffer.from('other'));
    return result;
  }

  async #record(ctx: Context, name: string, text: string) {
    const record = { text };
    const key = `deed/${ctx.stub.getTxID()}`;
    await ctx.stub.putState(key, canonicalBytes(record));
    ctx.stub.setEvent(name, canonicalBytes({ key, record }));
    return Buffer.from(canonicalBytes(record)).toString();
  }
}

const write = (text: string): ActRequest => ({
  transaction: 'deed:write',
  args: [Buffer.from(text)],
});
const accept = () => undefined;

describe('performAct', () => {
  let consortium: TestConsortium;
  let ledger: EmbeddedLedger;
  let person: Signer;
  let another: Signer;
  let signed: Uint8Array[] = [];

  beforeAll(async () => {
    consortium = await createTestConsortium();
    const directory = `${consortium.directory}/ledger`;
    ledger = await openEmbeddedLedger({ directory, network: consortium.network });
    ledger.install([DeedContract]);
    const enrolled = await consortium.enrol('AlphaMSP');
    another = await consortium.enrol('AlphaMSP');
    person = {
      ...enrolled,
      sign: (bytes) => {
        signed.push(bytes);
        return enrolled.sign(bytes);
      },
    };
  });
  afterAll(async () => {
    await ledger?.close();
    await consortium?.remove();
  });

  /** A gateway that relays all but what a test changes. */
  function relay(changes: Partial<ActPort>): ActPort {
    return {
      prepare: (request) => ledger.prepare(request),
      endorse: (proposal, options) => ledger.endorse(proposal, options),
      submit: (payload) => ledger.submit(payload),
      status: (txId, options) => ledger.status(txId, options),
      ...changes,
    };
  }

  /** How an act fails, and how many signatures the gateway got out of it. */
  async function attempt(
    port: ActPort,
    request: ActRequest = write('mine'),
    options: ActOptions = {},
  ): Promise<{ code: string; signatures: number }> {
    signed = [];
    const outcome = performAct(port, person, request, accept, options);
    return outcome.then(
      () => ({ code: 'NONE', signatures: signed.length }),
      ({ code }) => ({ code, signatures: signed.length }),
    );
  }

  const replaceProposal = (change: (request: ActRequest) => ActRequest, by?: Signer) =>
    relay({
      prepare: (request): Promise<PreparedProposal> =>
        ledger.prepare({ ...change(request), creator: (by ?? person).creator }),
    });

  it('performs what was asked for', async () => {
    const seen: string[] = [];
    const done = await performAct(ledger, person, write('mine'), ({ result, transaction, at }) => {
      seen.push(Buffer.from(result).toString());
      expect(transaction.rwset.at(-1)!.writes).toHaveLength(1);
      expect(Math.abs(at - Date.now())).toBeLessThan(60_000);
    });
    expect(seen).toEqual(['{"text":"mine"}']);
    expect(done.status).toMatchObject({ txId: done.txId, code: 'VALID' });
  });

  it.each<[string, ActPort | (() => ActPort)]>([
    [
      'another function',
      () => replaceProposal((asked) => ({ ...asked, transaction: 'deed:other' })),
    ],
    ['another argument', () => replaceProposal(() => write('theirs'))],
    [
      'one argument more',
      () =>
        replaceProposal(({ args, ...asked }) => ({ ...asked, args: [...args, Buffer.from('x')] })),
    ],
    [
      'transient input',
      () => replaceProposal((asked) => ({ ...asked, transient: { x: Buffer.from('x') } })),
    ],
    ['another creator', () => replaceProposal((asked) => asked, another)],
    [
      'no proposal at all',
      () => relay({ prepare: async () => ({ txId: '', proposal: Buffer.from('x') }) }),
    ],
  ])('signs nothing when the gateway prepares %s', async (_, port) => {
    const changed = typeof port === 'function' ? port() : port;
    expect(await attempt(changed)).toEqual({ code: 'BAD_PROPOSAL', signatures: 0 });
  });

  it('signs nothing for another channel or chaincode, or of another time', async () => {
    const refused = { code: 'BAD_PROPOSAL', signatures: 0 };
    expect(await attempt(ledger, write('x'), { channel: 'elsewhere' })).toEqual(refused);
    expect(await attempt(ledger, write('x'), { chaincode: 'another' })).toEqual(refused);
    for (const off of [-3_600_000, 3_600_000]) {
      const outcome = attempt(ledger, write('x'), { now: () => Date.now() + off });
      expect(await outcome).toEqual({ code: 'CLOCK_SKEW', signatures: 0 });
    }
  });

  it('does not sign an endorsement of another proposal', async () => {
    const theirs = await ledger.prepare({ ...write('theirs'), creator: another.creator });
    const port = relay({
      endorse: async () =>
        ledger.endorse({ bytes: theirs.proposal, signature: await another.sign(theirs.proposal) }),
    });
    expect(await attempt(port)).toEqual({ code: 'ENDORSEMENT_MISMATCH', signatures: 1 });
  });

  it('does not sign a replayed endorsement of its own', async () => {
    const earlier = await ledger.prepare({ ...write('mine'), creator: person.creator });
    const replayed = await ledger.endorse({
      bytes: earlier.proposal,
      signature: await person.sign(earlier.proposal),
    });
    const port = relay({ endorse: async () => replayed });
    expect(await attempt(port)).toEqual({ code: 'ENDORSEMENT_MISMATCH', signatures: 1 });
  });

  it('does not sign when the result is not the one in the payload', async () => {
    const port = relay({
      endorse: async (proposal) => ({
        ...(await ledger.endorse(proposal)),
        result: Buffer.from('{"text":"theirs"}'),
      }),
    });
    expect(await attempt(port)).toEqual({ code: 'ENDORSEMENT_MISMATCH', signatures: 1 });
  });

  it('does not sign writes that nothing announces, or other ones than announced, or none', async () => {
    for (const transaction of ['deed:writeSilently', 'deed:writeOther', 'deed:writeNothing']) {
      const request = { transaction, args: [Buffer.from('x')] };
      const refused = { code: 'ENDORSEMENT_MISMATCH', signatures: 1 };
      expect(await attempt(ledger, request)).toEqual(refused);
    }
  });

  it('does not sign what the comparison refuses', async () => {
    signed = [];
    const refuse = () => {
      throw new RangeError('not mine');
    };
    await expect(performAct(ledger, person, write('x'), refuse)).rejects.toThrow('not mine');
    expect(signed).toHaveLength(1);
  });

  it('does not take the status of another transaction for its own', async () => {
    const other = await performAct(ledger, person, write('first'), accept);
    const port = relay({ status: async () => other.status });
    expect(await attempt(port)).toEqual({ code: 'UNKNOWN', signatures: 2 });
  });
});
