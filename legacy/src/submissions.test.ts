import { describe, expect, it } from 'vitest';
import { Submissions } from './submissions.ts';

const never = async () => false;

describe('submissions', () => {
  it('happen once, at the same time too', async () => {
    const submissions = new Submissions();
    let sent = 0;
    const send = async () => {
      sent += 1;
    };
    const submit = () => submissions.run('a', never, send);
    const outcomes = await Promise.allSettled([submit(), submit()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(submit()).rejects.toMatchObject({ code: 'DUPLICATE_TRANSACTION' });
    expect(sent).toBe(1);
  });

  it('may be repeated after a failure', async () => {
    const submissions = new Submissions();
    const failing = submissions.run('a', never, async () => {
      throw new Error('no answer');
    });
    await expect(failing).rejects.toThrow('no answer');
    await submissions.run('a', never, async () => undefined);
    expect(submissions.has('a')).toBe(true);
  });

  it('are repeated after a while, unless a block holds it', async () => {
    let now = 0;
    let sent = 0;
    let isCommitted = false;
    const submissions = new Submissions(() => now);
    const submit = () =>
      submissions.run(
        'a',
        async () => isCommitted,
        async () => {
          sent += 1;
        },
      );
    submissions.expect('a');
    await submit();
    await expect(submit()).rejects.toMatchObject({ code: 'DUPLICATE_TRANSACTION' });
    now = 4500;
    await submit();
    expect(sent).toBe(2);
    now = 9000;
    isCommitted = true;
    await expect(submit()).rejects.toMatchObject({ code: 'DUPLICATE_TRANSACTION' });
    expect(sent).toBe(2);
  });

  it('of what was not endorsed here are looked up first', async () => {
    const submissions = new Submissions();
    let lookedUp = 0;
    const isCommitted = async () => {
      lookedUp += 1;
      return true;
    };
    const unseen = submissions.run('a', isCommitted, async () => undefined);
    await expect(unseen).rejects.toMatchObject({ code: 'DUPLICATE_TRANSACTION' });
    submissions.expect('b');
    await submissions.run('b', isCommitted, async () => undefined);
    expect(lookedUp).toBe(1);
  });
});
