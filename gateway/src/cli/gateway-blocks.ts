/** The ledger's blocks as a gateway gives them: pages of lines `{number, block}`. */
import { fromBase64url, parseStrict } from '@tabellion/proof';
import { z } from 'zod';
import { CliError } from './failure.ts';
import { expectShape, type GatewayClient } from './gateway-client.ts';

const PAGE = 200;
/** A block of Fabric is at most 10 MB by default; base64url takes a third more. */
const MAX_LINE_BYTES = 64 << 20;

const line = z.object({ number: z.int(), block: z.base64url() });

/** `common.Block` bytes from block 0 to the height that the gateway has now. */
export async function* readGatewayBlocks(client: GatewayClient): AsyncGenerator<Uint8Array> {
  for (let from = 0; ; ) {
    const query = { from: `${from}`, limit: `${PAGE}` };
    const before = from;
    for await (const bytes of splitLines(await client.open('/v1/ledger/blocks', { query }))) {
      const limits = { maxBytes: MAX_LINE_BYTES };
      yield fromBase64url(expectShape(line, parseStrict(bytes, limits)).block);
      from += 1;
    }
    if (from - before < PAGE) return;
  }
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts);
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_LINE_BYTES) throw new CliError('BAD_ANSWER', 'a block is too long');
  }
  // A line that does not end was cut off: whether blocks are missing is not for us to guess.
  if (length > 0) throw new CliError('BAD_ANSWER', 'the answer was cut off');
}
