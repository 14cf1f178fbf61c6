/** What Fabric's peer asks of the machine that it runs on. */
import { networkInterfaces } from 'node:os';

export class NoAddress extends Error {
  override readonly name = 'NoAddress';
}

const LOOPBACK = /^127\./;

/**
 * A peer looks for an IPv4 address of its machine besides 127.0.0.0/8 and ends where there is none,
 * on a computer without any network for instance. It makes no use of it: its configuration says at
 * which address it listens and is reached. No setting of Fabric leaves the search out.
 * @throws NoAddress saying what to do.
 */
export function assertAddress(interfaces = networkInterfaces()): void {
  const addresses = Object.values(interfaces).flatMap((found) => found ?? []);
  if (addresses.some(({ family, address }) => family === 'IPv4' && !LOOPBACK.test(address))) return;
  throw new NoAddress(
    'Fabric’s peer starts only where the machine has an IPv4 address besides 127.0.0.1: connect to a network, or add one that nobody uses, by `ip address add 192.0.2.1/32 dev lo` (Linux) or `ifconfig lo0 alias 192.0.2.1` (macOS)',
  );
}
