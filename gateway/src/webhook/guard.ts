/**
 * Where a webhook may go. A gateway stands inside its member's network: without this, whoever may register
 * an endpoint could have it knock at every door in there.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Not on the public Internet (https://www.iana.org/assignments/iana-ipv4-special-registry). */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** Within 2000::/3, the only block of which addresses are given out. Some of these carry IPv4 inside. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

export interface GuardOptions {
  /** Networks that are allowed though they are not public, as `10.1.0.0/16`. */
  readonly networks?: readonly string[];
  /** In development: this machine, also without TLS. */
  readonly loopback: boolean;
}

export interface Target {
  readonly address: string;
  readonly family: 4 | 6;
}

export type Refused = 'URL_MALFORMED' | 'URL_SCHEME' | 'URL_CREDENTIALS' | 'ADDRESS_PRIVATE';

const MAX_URL = 1024;

export type Guard = ReturnType<typeof createGuard>;

/** @throws where a network is none. */
export function createGuard({ networks = [], loopback }: GuardOptions) {
  const special = listOf(SPECIAL_V4, SPECIAL_V6);
  const global = listOf([], ['2000::/3']);
  const allowed = listOf(
    networks.filter((network) => !network.includes(':')),
    networks.filter((network) => network.includes(':')),
  );
  const local = listOf(['127.0.0.0/8'], ['::1/128']);

  const mayReach = (address: string): boolean => {
    const family = isIP(address);
    if (family === 0) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (allowed.check(address, type) || (loopback && local.check(address, type))) return true;
    if (special.check(address, type)) return false;
    return family === 4 || global.check(address, type);
  };

  const isLocalName = (host: string): boolean => {
    const family = isIP(host);
    return (
      host === 'localhost' || (family !== 0 && local.check(host, family === 6 ? 'ipv6' : 'ipv4'))
    );
  };

  return {
    mayReach,
    /** What can be said of a URL without asking for its host. */
    check(text: string): URL | Refused {
      const url = text.length <= MAX_URL && URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined || url.hash !== '') return 'URL_MALFORMED';
      if (url.username !== '' || url.password !== '') return 'URL_CREDENTIALS';
      const host = bare(url.hostname);
      const isPlain = url.protocol === 'http:' && loopback && isLocalName(host);
      if (url.protocol !== 'https:' && !isPlain) return 'URL_SCHEME';
      return isIP(host) !== 0 && !mayReach(host) ? 'ADDRESS_PRIVATE' : url;
    },
    /**
     * The address to connect to: looked up once, and the connection made to exactly that. A name of which
     * any address is private is refused: it is either a mistake or meant to slip through.
     * @throws what the look-up says.
     */
    async resolve({ hostname }: URL): Promise<Target | undefined> {
      const host = bare(hostname);
      const found = isIP(host)
        ? [{ address: host, family: isIP(host) }]
        : await lookup(host, { all: true });
      if (found.length === 0 || !found.every(({ address }) => mayReach(address))) return undefined;
      const [{ address, family }] = found as [{ address: string; family: number }];
      return { address, family: family === 6 ? 6 : 4 };
    },
  };
}

/** An IPv6 address without its brackets. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

function listOf(v4: readonly string[], v6: readonly string[]): BlockList {
  const list = new BlockList();
  const add = (network: string, type: 'ipv4' | 'ipv6') => {
    const [address = '', bits = ''] = network.split('/');
    if (isIP(address) !== (type === 'ipv4' ? 4 : 6) || !/^\d{1,3}$/.test(bits))
      throw new Error(`${network}: not a network such as 10.1.0.0/16`);
    list.addSubnet(address, Number(bits), type);
  };
  for (const network of v4) add(network, 'ipv4');
  for (const network of v6) add(network, 'ipv6');
  return list;
}
