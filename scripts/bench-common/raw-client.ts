/**
 * Many small requests at once over plain sockets, so that a measurement finds the limit of the server and
 * not of Node's own HTTP client. For servers on this machine that answer with a Content-Length.
 */
import { connect, type Socket } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  /** Sent as `Tabellion-Purpose`. */
  readonly purpose?: string;
  readonly body?: string;
}

export interface RawLoad {
  readonly address: string;
  readonly inFlight: number;
  readonly milliseconds: number;
  /** The next request; each is sent when the answer before it has come. */
  readonly next: () => RawRequest;
  /** The status that every answer has to have. */
  readonly status: number;
}

const HEAD_END = '\r\n\r\n';

/** Answers a second, from the first request to the last answer. @throws if one has another status. */
export async function measureRequests({
  address,
  inFlight,
  milliseconds,
  next,
  status,
}: RawLoad): Promise<number> {
  const { hostname, port, host } = new URL(address);
  const began = performance.now();
  let answered = 0;
  const work = async () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const answers = new AnswerReader(socket);
    try {
      while (performance.now() - began < milliseconds) {
        socket.write(encodeRequest(host, next()));
        const head = await answers.next();
        if (!head.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`answered with ${head}`);
        answered += 1;
      }
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return (answered * 1000) / (performance.now() - began);
}

function encodeRequest(host: string, { method, path, token, purpose, body }: RawRequest): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  if (token !== undefined) lines.push(`Authorization: Bearer ${token}`);
  if (purpose !== undefined) lines.push(`Tabellion-Purpose: ${purpose}`);
  if (body !== undefined) {
    lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  }
  return `${lines.join('\r\n')}${HEAD_END}${body ?? ''}`;
}

/** Takes a connection's answers apart; one is outstanding at a time. */
class AnswerReader {
  #text = '';
  #waiting = Promise.withResolvers<string>();

  constructor(socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#take();
    });
    socket.on('error', (error) => this.#waiting.reject(error));
    socket.on('close', () => this.#waiting.reject(new Error('the connection was closed')));
    this.#waiting.promise.catch(() => undefined);
  }

  /** Head and body of the next answer. */
  next(): Promise<string> {
    return this.#waiting.promise;
  }

  #take(): void {
    const end = this.#text.indexOf(HEAD_END);
    if (end === -1) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1];
    if (length === undefined) {
      this.#waiting.reject(new Error(`no length: ${this.#text}`));
      return;
    }
    if (this.#text.length < end + HEAD_END.length + Number(length)) return;
    const answer = this.#text;
    this.#text = '';
    const { resolve } = this.#waiting;
    this.#waiting = Promise.withResolvers();
    this.#waiting.promise.catch(() => undefined);
    resolve(answer);
  }
}
