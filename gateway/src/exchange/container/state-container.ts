import type { ImageContainer } from '@tabellion/proof';
import type { BytePath } from '../../evidence/byte-path.ts';
import { ExchangeError } from '../exchange-error.ts';

const DIGITS = { md5: 32, sha1: 40, sha256: 64, blockMapSha512: 128 } as const;

export const unreadable = (path: BytePath, why: string, cause?: unknown) =>
  new ExchangeError('CONTAINER_UNREADABLE', `${JSON.stringify(path)}: ${why}`, { cause });

/** @throws Error in words, for whatever does not state a size and at least one digest. */
export function stateContainer(
  format: ImageContainer['format'],
  sizeText: string | undefined,
  stated: Readonly<Record<string, string | undefined>>,
): ImageContainer {
  const size = /^\d{1,16}$/.test(sizeText ?? '') ? Number(sizeText) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new Error('it states no size of its content');
  const digests: Partial<Record<keyof typeof DIGITS, string>> = {};
  for (const [algorithm, digits] of Object.entries(DIGITS)) {
    const value = stated[algorithm]?.toLowerCase();
    if (value === undefined) continue;
    if (value.length !== digits || !/^[0-9a-f]+$/.test(value)) {
      throw new Error(`its ${algorithm} has not ${digits} digits`);
    }
    digests[algorithm as keyof typeof DIGITS] = value;
  }
  if (Object.keys(digests).length === 0) throw new Error('it states no digest of its content');
  return { format, size, ...digests };
}
