import { get } from 'node:http';
import { createServer } from 'node:net';
import { findListener } from './holder.mjs';
import { fail, ok, warn } from './result.mjs';

const HOST = '127.0.0.1';
const PATIENCE_MS = 2_000;

/** Whether a gateway could listen on the port. @param {{ port: number }} options */
export async function checkPort({ port }) {
  const name = `port ${port}`;
  const other = `choose another with ./scripts/start --port N (0 takes a free one)`;
  const code = await tryPort(port);
  if (code === undefined) return ok(name, 'free');
  if (code === 'EACCES')
    return fail(name, 'not for this user', `choose one from 1024 on, with --port`);
  if (code !== 'EADDRINUSE') return fail(name, `cannot be listened on (${code})`, other);
  const holder = findListener(port) ?? 'a process that this user cannot see';
  return (await isGateway(port))
    ? warn(
        name,
        `a Tabellion gateway runs there (${holder})`,
        `nothing, if it is the one you mean; else ${other}`,
      )
    : fail(name, `taken (${holder})`, `stop that program, or ${other}`);
}

/** The system's error, or undefined if it can be had. @param {number} port @returns {Promise<string | undefined>} */
function tryPort(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      resolve(error.code ?? 'error'),
    );
    server.listen(port, HOST, () => server.close(() => resolve(undefined)));
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function isGateway(port) {
  return new Promise((resolve) => {
    const request = get(
      { host: HOST, port, path: '/v1/health/live', timeout: PATIENCE_MS },
      (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
          if (text.length > 1_024) request.destroy();
        });
        response.on('end', () => resolve(text.includes('"live"')));
        response.on('close', () => resolve(false));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
