/**
 * What an AFF4 image states of its content: the digests on its one disk image, in the container's own
 * `information.turtle` (AFF4 Standard 1.0). Those of its streams are of what is stored in them, without
 * what the image says is empty, and in the order in which it was read: of something else.
 */
import { fromUtf8, type ImageContainer } from '@tabellion/proof';
import { Parser, type Quad } from 'n3';
import { openPromise, type ZipFile } from 'yauzl';
import { type BytePath, pathBytes } from '../../evidence/byte-path.ts';
import { stateContainer, unreadable } from './state-container.ts';

const MAX_TURTLE = 1 << 24;
const AFF4 = 'http://aff4.org/Schema#';
const TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';
/** Whole devices; files in a logical container are many. */
const IMAGES = new Set(['DiskImage', 'ContiguousImage', 'DiscontiguousImage']);
const DIGESTS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA256: 'sha256',
  blockMapHashSHA512: 'blockMapSha512',
};

/** Undefined for a file of another name. @throws ExchangeError `CONTAINER_UNREADABLE`. */
export async function readAff4(path: BytePath): Promise<ImageContainer | undefined> {
  if (!/\.(aff4|af4)$/i.test(path)) return undefined;
  try {
    // The type knows text only; the library hands the name to the system as it is.
    const archive = await openPromise(pathBytes(path) as unknown as string, {
      lazyEntries: true,
      autoClose: false,
    });
    try {
      return readTurtle(await readInformation(archive));
    } finally {
      archive.close();
    }
  } catch (cause) {
    throw unreadable(path, (cause as Error).message.split('\n')[0]!, cause);
  }
}

async function readInformation(archive: ZipFile): Promise<string> {
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName !== 'information.turtle') continue;
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of await archive.openReadStreamPromise(entry)) {
      size += part.length;
      if (size > MAX_TURTLE) throw new Error('its information.turtle is too long');
      parts.push(part);
    }
    return fromUtf8(Buffer.concat(parts));
  }
  throw new Error('it has no information.turtle');
}

function readTurtle(text: string): ImageContainer {
  const quads: Quad[] = new Parser({ baseIRI: 'aff4://volume/' }).parse(text);
  const images = new Set(
    quads
      .filter(
        ({ predicate, object }) => predicate.value === TYPE && IMAGES.has(termOf(object.value)),
      )
      .map(({ subject }) => subject.value),
  );
  const [image, ...others] = images;
  if (image === undefined || others.length > 0) {
    throw new Error(`it holds ${images.size} disk images, not one`);
  }
  const stated: Record<string, string> = {};
  for (const { subject, predicate, object } of quads) {
    if (subject.value !== image || object.termType !== 'Literal') continue;
    const property = termOf(predicate.value);
    const name = property === 'hash' ? DIGESTS[termOf(object.datatype.value)] : property;
    if (name === undefined || (property !== 'hash' && property !== 'size')) continue;
    if (stated[name] !== undefined && stated[name] !== object.value) {
      throw new Error(`it states its ${name} twice`);
    }
    stated[name] = object.value;
  }
  return stateContainer('AFF4', stated.size, stated);
}

const termOf = (iri: string): string => (iri.startsWith(AFF4) ? iri.slice(AFF4.length) : '');
