/**
 * Addresses that nobody holds the key of, or that stand for nothing: null, precompiles, burns. A label on
 * one says little of a person, and a label list is likely to hold it by mistake: marked, never refused.
 */
import { base58, hex } from '@scure/base';
import { equalBytes } from '@tabellion/proof';
import type { Family } from './form.ts';

const hash = (address: string) => base58.decode(address).subarray(1, 21);

const NAMED: readonly { readonly family: Family; readonly payload: Uint8Array }[] = [
  { family: 'p2pkh', payload: hash('1BitcoinEaterAddressDontSendf59kuE') },
  { family: 'p2pkh', payload: hash('1CounterpartyXXXXXXXXXXXXXXXUWLpVr') },
  { family: 'evm', payload: hex.decode('dead000000000000000042069420694206942069') },
  { family: 'solana', payload: base58.decode('1nc1nerator11111111111111111111111111111111') },
];

export function isBurn(family: Family, payload: Uint8Array): boolean {
  if (family === 'witness' && !hasRule(payload)) return false;
  const bytes = family === 'witness' ? payload.subarray(1) : payload;
  // Zero but for the last two bytes: nobody finds a key to it, and what stands there are precompiles,
  // 0x…dEaD and the special accounts of the XRP Ledger.
  if (bytes.length >= 20 && isFilled(bytes, 0, bytes.length - 2)) return true;
  if (isFilled(bytes, bytes[0]!, bytes.length)) return true;
  return NAMED.some((named) => named.family === family && equalBytes(named.payload, bytes));
}

/**
 * A key or a script is asked for in witness version 0, and in version 1 of 32 bytes (BIP-341). What is
 * paid to any other program, anybody may spend.
 */
const hasRule = (payload: Uint8Array) =>
  payload[0] === 0 || (payload[0] === 1 && payload.length === 33);

function isFilled(bytes: Uint8Array, value: number, end: number): boolean {
  for (let at = 0; at < end; at += 1) if (bytes[at] !== value) return false;
  return true;
}
