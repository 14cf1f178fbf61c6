/**
 * A running hash over validation codes and changes of public and hashed state: two ledgers with the
 * same commit hash hold the same state. The purpose is Fabric's, the encoding is not.
 */
import { concatBytes, sha256, utf8 } from '@tabellion/proof';
import { isPrivateSpace } from './store/space.ts';
import type { StateChange } from './store/stored.ts';

export function computeCommitHash(
  previous: Uint8Array,
  codes: readonly number[],
  changes: readonly StateChange[],
): Uint8Array {
  const shared = changes.filter(({ space }) => !isPrivateSpace(space));
  return sha256(concatBytes(previous, Uint8Array.from(codes), ...shared.map(encodeChange)));
}

function encodeChange({ space, key, value, metadata, version }: StateChange): Uint8Array {
  return concatBytes(
    prefixed(utf8(space)),
    prefixed(key),
    Uint8Array.of(value ? 1 : 0),
    prefixed(value ?? new Uint8Array()),
    prefixed(metadata ?? new Uint8Array()),
    utf8(`${version.block}:${version.transaction};`),
  );
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(utf8(`${bytes.length}:`), bytes);
}
