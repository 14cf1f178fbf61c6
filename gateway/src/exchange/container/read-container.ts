import type { ImageContainer } from '@tabellion/proof';
import type { BytePath } from '../../evidence/byte-path.ts';
import { readAff4 } from './read-aff4.ts';
import { readEwf } from './read-ewf.ts';

/**
 * What an image states of its content; undefined for a file that is no image, a raw one among them: it
 * states nothing, and its digest is its content's.
 * @param ewfinfo the program, by name or path.
 * @throws ExchangeError `CONTAINER_TOOL_MISSING`, `CONTAINER_UNREADABLE`.
 */
export async function readContainer(
  path: BytePath,
  ewfinfo = 'ewfinfo',
): Promise<ImageContainer | undefined> {
  return (await readEwf(path, ewfinfo)) ?? (await readAff4(path));
}
