/**
 * What an E01 image (Expert Witness Format) states of its content, read by ewfinfo of libewf. An image
 * that the tool cannot read, or that states no digest, is refused: nothing is made up.
 */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ImageContainer } from '@tabellion/proof';
import sax from 'sax';
import { type BytePath, pathBytes } from '../../evidence/byte-path.ts';
import { readablePath } from '../../evidence/commitment.ts';
import { ExchangeError } from '../exchange-error.ts';
import { stateContainer, unreadable } from './state-container.ts';

/** First segments only: ewfinfo finds the others, which are items of their own. */
const FIRST_SEGMENT = /\.(e|s|l|ex|lx)01$/i;
/** `EVF` and `LVF` of version 1, `EVF2` and `LEF2` of version 2. */
const SIGNATURES = [
  'EVF\x09\x0d\x0a\xff\x00',
  'LVF\x09\x0d\x0a\xff\x00',
  'EVF2\x0d\x0a\x81\x00',
  'LEF2\x0d\x0a\x81\x00',
];
const TIMEOUT_MS = 600_000;
const MAX_OUTPUT = 1 << 20;

const run = promisify(execFile);

/**
 * Undefined for a file that is no image.
 * @param program ewfinfo, by name or path.
 * @throws ExchangeError `CONTAINER_TOOL_MISSING`, `CONTAINER_UNREADABLE`; NodeJS.ErrnoException.
 */
export async function readEwf(
  path: BytePath,
  program: string,
): Promise<ImageContainer | undefined> {
  if (!FIRST_SEGMENT.test(path) || !(await hasSignature(path))) return undefined;
  const text = readablePath(pathBytes(path));
  if (text === undefined) throw unreadable(path, `${program} takes names in UTF-8 only`);
  const report = await ask(program, text).catch((cause) => {
    if (cause.code === 'ENOENT' || cause.code === 'EACCES') {
      throw new ExchangeError('CONTAINER_TOOL_MISSING', `${program} does not run here`, { cause });
    }
    throw unreadable(path, `${program}: ${firstLine(cause.stderr ?? cause.message)}`, cause);
  });
  try {
    return readReport(report);
  } catch (cause) {
    throw unreadable(path, (cause as Error).message, cause);
  }
}

async function ask(program: string, path: string): Promise<string> {
  // A name that begins with a dash would be taken for an option.
  const named = path.startsWith('-') ? `./${path}` : path;
  const { stdout } = await run(program, ['-f', 'dfxml', named], {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  return stdout;
}

const firstLine = (text: string): string =>
  text.split('\n').find((line) => line !== '' && !line.startsWith('ewfinfo ')) ?? 'it failed';

async function hasSignature(path: BytePath): Promise<boolean> {
  await using file = await open(pathBytes(path));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
  return SIGNATURES.includes(buffer.toString('latin1', 0, bytesRead));
}

/** @throws Error in words, for whatever is not one image with a size and at least one digest. */
function readReport(xml: string): ImageContainer {
  const parser = sax.parser(true, { trim: true });
  const open: string[] = [];
  const stated: Record<string, string> = {};
  let name = '';
  parser.onerror = () => {
    throw new Error('what the tool says of it is no XML');
  };
  parser.ondoctype = () => {
    throw new Error('what the tool says of it has a document type');
  };
  parser.onopentag = ({ name: tag, attributes }) => {
    open.push(tag);
    const path = open.join('/');
    if (path === 'ewfobjects/ewfinfo/hashdigest') name = `${attributes.type}`.toLowerCase();
    else name = path === 'ewfobjects/ewfinfo/media_information/media_size' ? 'size' : '';
  };
  parser.ontext = (text) => {
    if (name === '') return;
    if (stated[name] !== undefined) throw new Error(`it states its ${name} twice`);
    stated[name] = text;
  };
  parser.onclosetag = () => {
    open.pop();
    name = '';
  };
  parser.write(xml).close();
  return stateContainer('EWF', stated.size, stated);
}
