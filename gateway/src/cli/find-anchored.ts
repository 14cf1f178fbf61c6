/** Which anchored items of this member are meant: by content, or by their place in a batch. */
import { type FoundItem, lookUp } from './actions/evidence.ts';
import { parseCount } from './document.ts';
import { CliError } from './failure.ts';
import type { GatewayClient } from './gateway-client.ts';
import { hashFile } from './hash-file.ts';

export interface BatchPlace {
  readonly batch: string;
  readonly index: number;
}

export interface PlaceFlags {
  readonly batch?: string;
  readonly index?: string;
}

/**
 * At least one; several where the same content was anchored more than once.
 * @throws CliError `USAGE`, `FILE_UNREADABLE`, `NOT_ANCHORED`, `NOT_ANCHORED_YET`.
 */
export async function findAnchored(
  client: GatewayClient,
  file: string | undefined,
  { batch, index }: PlaceFlags,
): Promise<readonly [BatchPlace, ...BatchPlace[]]> {
  if (batch !== undefined && index !== undefined && file === undefined) {
    if (!/^[0-9a-f]{64}$/.test(batch)) throw new CliError('USAGE', '--batch is not a digest');
    return [{ batch, index: parseCount('--index', index) }];
  }
  if (file === undefined || batch !== undefined || index !== undefined) {
    throw new CliError('USAGE', 'give a file, or --batch and --index');
  }
  const [first, ...others] = await findContent(client, file);
  return [toPlace(first), ...others.map(toPlace)];
}

const toPlace = ({ batch, index }: AnchoredItem): BatchPlace => ({ batch, index });

export type AnchoredItem = FoundItem & { readonly batch: string };

/**
 * Every anchored item of this member with the file's content: at least one.
 * @throws CliError `FILE_UNREADABLE`, `NOT_ANCHORED`, `NOT_ANCHORED_YET`.
 */
export async function findContent(
  client: GatewayClient,
  file: string,
): Promise<readonly [AnchoredItem, ...AnchoredItem[]]> {
  const { sha256 } = await hashFile(file);
  const items = await lookUp(client, sha256);
  const [first, ...others] = items.filter((item): item is AnchoredItem => item.batch !== null);
  if (first !== undefined) return [first, ...others];
  if (items.length > 0) {
    throw new CliError('NOT_ANCHORED_YET', `${file} waits for its batch: try again`);
  }
  throw new CliError(
    'NOT_ANCHORED',
    `no item with the content of ${file} was anchored by this member`,
  );
}
