import { describe, expect, it } from 'vitest';
import { createGuard } from './guard.ts';

const strict = createGuard({ loopback: false });
const development = createGuard({ loopback: true });

describe('addresses that are not public', () => {
  it.each([
    ...['127.0.0.1', '10.0.0.1', '172.16.3.4', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
    ...['0.0.0.0', '100.64.0.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      'fe80::1',
      'fc00::1',
      'fd12:3456::1',
      'ff02::1',
      '2001:db8::1',
      '2002:7f00:1::',
    ],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '2001::1', 'not an address'],
  ])('%s is not reached', (address) => {
    expect(strict.mayReach(address)).toBe(false);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111'])('%s is', (address) => {
    expect(strict.mayReach(address)).toBe(true);
  });

  it('are reached where they are configured, and no others', () => {
    const open = createGuard({ loopback: false, networks: ['10.1.0.0/16', 'fd00:1::/32'] });
    expect(['10.1.2.3', 'fd00:1::7', '10.2.0.1', 'fd00:2::7'].map(open.mayReach)).toEqual([
      ...[true, true, false, false],
    ]);
    expect(() => createGuard({ loopback: false, networks: ['10.1.0.0'] })).toThrow('10.1.0.0');
    expect(() => createGuard({ loopback: false, networks: ['hook.example/8'] })).toThrow();
  });

  it('are found behind a name as well', async () => {
    const local = new URL('https://localhost/');
    expect(await strict.resolve(local)).toBeUndefined();
    expect(await development.resolve(local)).toMatchObject({
      address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
    });
    await expect(strict.resolve(new URL('https://nobody.invalid/'))).rejects.toThrow();
  });
});

describe('a URL', () => {
  it.each([
    ['https://127.0.0.1/', 'ADDRESS_PRIVATE'],
    ['https://[::1]/', 'ADDRESS_PRIVATE'],
    // Other writings of 127.0.0.1 and 10.0.0.1.
    ['https://2130706433/', 'ADDRESS_PRIVATE'],
    ['https://0x7f.1/', 'ADDRESS_PRIVATE'],
    ['https://012.0.0.1/', 'ADDRESS_PRIVATE'],
    ['https://[::ffff:10.0.0.1]/', 'ADDRESS_PRIVATE'],
    ['http://hook.example/', 'URL_SCHEME'],
    ['ftp://hook.example/', 'URL_SCHEME'],
    ['file:///etc/passwd', 'URL_SCHEME'],
    ['https://user:secret@hook.example/', 'URL_CREDENTIALS'],
    ['https://hook.example/#part', 'URL_MALFORMED'],
    ['hook.example', 'URL_MALFORMED'],
    [`https://hook.example/${'x'.repeat(1024)}`, 'URL_MALFORMED'],
  ])('such as %s is refused', (text, why) => {
    expect(strict.check(text)).toBe(why);
  });

  it('is taken where it is public and encrypted', () => {
    expect(strict.check('https://hook.example:8443/a?b=c')).toBeInstanceOf(URL);
  });

  it('of this machine is taken in development only, also without TLS', () => {
    for (const text of ['http://127.0.0.1:9/', 'http://localhost:9/', 'http://[::1]:9/']) {
      expect(development.check(text)).toBeInstanceOf(URL);
      expect(strict.check(text)).toBe('URL_SCHEME');
    }
    expect(development.check('http://10.0.0.1/')).toBe('URL_SCHEME');
    expect(development.check('https://10.0.0.1/')).toBe('ADDRESS_PRIVATE');
  });
});
