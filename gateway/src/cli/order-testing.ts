/** For tests of whole commands on orders: a node whose members have published what orders rest on. */
import { writeFile } from 'node:fs/promises';
import { expect, vi } from 'vitest';
import { draftHttpOrder, listOrderEntries } from '../../../test/recovery/every-order.ts';
import { type Answered, Journey } from './journey-testing.ts';
import { runCli } from './testing.ts';

export const JUDGE = 'judicialReviewer.de';
export const COUNSEL = 'delegate.exchange';
export const AUTHORITY = 'judicialReviewer.sg';
export const FIELDS = { a: 'court of DE', b: 'Harbour Exchange', d: 'traffic', f: 'fraud' };
export const WHY = ['--reason', 'as the law has it'];
export const BASIS = ['--legal-basis', 'founding-agreement@1'];

export function succeed({ exit, answer }: Answered) {
  expect(exit, JSON.stringify(answer)).toBe(0);
  return answer;
}

export class OrderJourney {
  readonly journey: Journey;
  readonly run: Journey['run'];

  private constructor(journey: Journey) {
    this.journey = journey;
    this.run = journey.run;
  }

  /** @param users who sign in besides those who publish, judge, answer and are notified. */
  static async open(name: string, users: readonly string[] = []): Promise<OrderJourney> {
    const journey = await Journey.open(name);
    const orders = new OrderJourney(journey);
    const voters = ['delegate.cn', 'delegate.sg', 'delegate.de'];
    for (const user of [...voters, JUDGE, COUNSEL, AUTHORITY, ...users])
      succeed(await journey.signIn(user, ['init']));
    for (const entry of listOrderEntries()) {
      const file = await orders.write('entry.json', { kind: 'PUBLISH', entry });
      const propose = ['member', 'propose', '--input', file, ...BASIS, '--reason', 'agreed'];
      const proposed = succeed(await journey.run(voters[0]!, propose));
      const vote = ['member', 'vote', proposed.id, '--choice', 'YES', '--reason', 'agreed'];
      for (const user of voters) await journey.run(user, vote);
    }
    return orders;
  }

  readonly write = async (name: string, value: unknown): Promise<string> => {
    await writeFile(this.journey.at(name), JSON.stringify(value));
    return this.journey.at(name);
  };

  readonly text = async (user: string, args: readonly string[]): Promise<string> =>
    (await runCli(args, { home: this.journey.homeOf(user) })).stdout;

  /** An order for traffic data, of which the enforcing authority is notified. */
  readonly issue = async (): Promise<string> => {
    const { id: _, contents: _contents, ...draft } = draftHttpOrder(['TRAFFIC']).input;
    const input = await this.write('order.json', draft);
    const addressee = await this.write('addressee.json', FIELDS);
    const copy = { ...FIELDS, i: 'needed', j: 'many were defrauded' };
    const enforcing = await this.write('copy.json', copy);
    const contents = ['--addressee', addressee, '--enforcing', enforcing];
    const { id } = succeed(
      await this.run(JUDGE, ['order', 'issue', '--input', input, ...contents]),
    );
    await this.caughtUp(id, 0);
    return id;
  };

  /** A gateway shows a step shortly after it was committed. */
  readonly caughtUp = (id: string, taken: number) =>
    vi.waitFor(
      async () => {
        const { answer } = await this.run(JUDGE, ['order', 'show', id]);
        expect(answer.head?.sequence).toBe(taken);
      },
      { timeout: 20_000 },
    );

  /** Takes a step, and waits until it is shown. */
  readonly step = async (user: string, id: string, verb: string, says?: object): Promise<void> => {
    const { head } = succeed(await this.run(JUDGE, ['order', 'show', id]));
    const file = says && ['--input', await this.write('says.json', says)];
    succeed(await this.run(user, ['order', 'step', id, verb, ...WHY, ...(file ?? [])]));
    await this.caughtUp(id, head.sequence + 1);
  };
}
