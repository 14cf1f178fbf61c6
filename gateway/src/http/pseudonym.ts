import { sha256, toHex, utf8 } from '@tabellion/proof';
import type { Principal } from './deps.ts';

/**
 * How the journal and the idempotency store name a caller: the member, who knows its people's subject
 * identifiers, can recompute it; nobody reads a name off it.
 */
export function pseudonymOf({ member, subject }: Principal): string {
  return toHex(sha256(utf8(`tabellion principal\n${member}\n${subject}`))).slice(0, 40);
}
