import { expect, it } from 'vitest';
import { assertAddress, NoAddress } from '../../node-config/fabric/native/machine.ts';

const at = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4') =>
  ({ address, family, netmask: '', mac: '', internal: false, cidr: null }) as never;

it('a machine whose only IPv4 addresses are its own is told to be no place for a peer', () => {
  const alone = { lo: [at('127.0.0.1'), at('::1', 'IPv6')], wifi: [at('fe80::1', 'IPv6')] };
  expect(() => assertAddress(alone)).toThrow(NoAddress);
  expect(() => assertAddress({ ...alone, lo: [at('127.0.0.1'), at('192.0.2.1')] })).not.toThrow();
  expect(() => assertAddress({ ...alone, wifi: [at('10.0.0.7')] })).not.toThrow();
});
