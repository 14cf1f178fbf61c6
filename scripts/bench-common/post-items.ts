/** A system that hands in items as one NDJSON stream, and counts the lines that come back. */
import { request } from 'node:http';

const LINE_FEED = 10;
/** Bytes handed to the socket at once. */
const PIECE = 1_048_576;
/** The last line of an answer, an error's text included, is shorter. */
const TAIL = 4096;

/**
 * Posts the lines and resolves once every one of them is answered as committed.
 * @throws unless there is exactly one line of answer an item, in order.
 */
export async function postItems(
  address: string,
  token: string,
  acquisition: string,
  { body, count }: { readonly body: Buffer; readonly count: number },
): Promise<void> {
  const { lines, tail } = await post(`${address}/v1/evidence/acquisitions/${acquisition}/items`, {
    token,
    body,
  });
  const last = JSON.parse(tail.trimEnd().split('\n').at(-1) ?? '{}') as { line?: number };
  if (lines === count && last.line === count && 'txId' in last) return;
  throw new Error(`${count} items posted, ${lines} lines answered, the last: ${tail}`);
}

interface Answer {
  readonly lines: number;
  readonly tail: string;
}

function post(url: string, { token, body }: { token: string; body: Buffer }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-ndjson',
      'content-length': body.length,
    };
    const outgoing = request(url, { method: 'POST', headers, agent: false }, (incoming) => {
      let lines = 0;
      let tail: Buffer = Buffer.alloc(0);
      incoming.on('data', (piece: Buffer) => {
        for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, at + 1)) {
          lines += 1;
        }
        tail = piece.length >= TAIL ? piece : Buffer.concat([tail, piece]).subarray(-TAIL);
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = tail.subarray(-TAIL).toString();
        if (incoming.statusCode === 200) return resolve({ lines, tail: text });
        reject(new Error(`${url}: ${incoming.statusCode} ${text}`));
      });
    });
    outgoing.on('error', reject);
    const send = (from: number): void => {
      if (from >= body.length) return void outgoing.end();
      const goOn = () => send(from + PIECE);
      if (outgoing.write(body.subarray(from, from + PIECE))) setImmediate(goOn);
      else outgoing.once('drain', goOn);
    };
    send(0);
  });
}
