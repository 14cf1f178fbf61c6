import { expect } from 'vitest';
import { check } from '../check.ts';
import { refusal } from '../client.ts';

/** In ascending order of their UTF-8 bytes; by UTF-16 units the last two would change places. */
const NAMES = ['A', 'Z', 'a', 'z', 'é', '中', '\uffee', '\u{1f600}'];

export const rangeChecks = [
  check('ranges come in byte order, non-ASCII and surrogate pairs included', async (client) => {
    for (const name of NAMES.toReversed()) await client.run('put', client.key(name), 'x');
    const keys = JSON.parse(
      await client.evaluate('scan', client.prefix, `${client.prefix}\u{10ffff}`),
    );
    expect(keys).toEqual(NAMES.map((name) => client.key(name)));
  }),

  check('a range holds its start and not its end', async (client) => {
    for (const name of ['a', 'b', 'c']) await client.run('put', client.key(name), 'x');
    expect(JSON.parse(await client.evaluate('scan', client.key('a'), client.key('c')))).toEqual([
      client.key('a'),
      client.key('b'),
    ]);
  }),

  check('a range shows no writes of its own transaction', async (client) => {
    await client.run('put', client.key('a'), 'x');
    const scanned = await client.run(
      'scanThenPut',
      client.prefix,
      client.key('~'),
      client.key('b'),
      'x',
    );
    expect(JSON.parse(scanned.result)).toEqual([client.key('a')]);
  }),

  check('composite keys are found by their first parts, and by no plain range', async (client) => {
    const type = client.prefix.slice(0, -1);
    await client.run('putComposite', type, 'a', '1', 'x');
    await client.run('putComposite', type, 'a', '2', 'x');
    await client.run('putComposite', type, 'ab', '3', 'x');
    expect(JSON.parse(await client.evaluate('scanComposite', type, 'a'))).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
    const plain: string[] = JSON.parse(await client.evaluate('scan', '', client.key('~')));
    expect(plain.filter((key) => key.startsWith('\u0000'))).toEqual([]);
  }),

  check('pages follow one another by their bookmarks', async (client) => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await client.run('put', client.key(name), 'x');
    const pages: string[][] = [];
    let bookmark = '';
    do {
      const page = JSON.parse(
        await client.evaluate('page', client.prefix, client.key('~'), '2', bookmark),
      );
      pages.push(page.keys.map((key: string) => key.slice(client.prefix.length)));
      bookmark = page.next;
    } while (bookmark);
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  }),

  check('nothing is written after a page', async (client) => {
    const args = [client.prefix, client.key('~'), client.key('a')];
    expect(await refusal(client.endorse({ fn: 'pageThenPut', args }))).toBe('CONTRACT');
  }),

  check('there are no rich queries', async (client) => {
    const args = ['{"selector":{}}'];
    expect(await refusal(client.endorse({ fn: 'query', args }))).toBe('CONTRACT');
  }),
];
