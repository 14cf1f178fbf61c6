/**
 * Digital Forensics XML, as fiwalk, hashdeep and others write it, into files as lists of digests have
 * them. Read as it streams, element by element: any size in constant memory. No document type is read,
 * so that there are no entities but XML's own five; depth and length of everything are bounded.
 */
import { TextDecoder } from 'node:util';
import sax from 'sax';
import { toBytePath } from '../../evidence/byte-path.ts';
import { MAX_PATH_BYTES } from '../../evidence/item-facts.ts';
import type { ListedFile } from '../../evidence/list/listed-file.ts';
import { ExchangeError } from '../exchange-error.ts';

/** Why a file object is not listed. */
export const DFXML_OMISSIONS = [
  /** MD5 or SHA-1 alone identifies no file. */
  'NO_SHA256',
  'NO_SIZE',
  'NO_NAME',
  /** Deleted: its name may since be another file's. */
  'UNALLOCATED',
] as const;
export type DfxmlOmission = (typeof DFXML_OMISSIONS)[number];

export interface DfxmlGroup {
  readonly files: readonly ListedFile[];
  readonly omitted: readonly { readonly name: string; readonly why: DfxmlOmission }[];
  /** Directories, links, devices: no content of their own. */
  readonly notFiles: number;
}

export interface DfxmlOptions {
  /** List deleted files as well. */
  readonly unallocated?: boolean;
  /** Only files of this partition. */
  readonly partition?: string | undefined;
}

const MAX_DEPTH = 64;
/** Of one element. */
const MAX_ATTRIBUTES = 64;
/** Every name in it, escaped, with room. */
const MAX_TEXT = 8 * MAX_PATH_BYTES;
const DIGITS: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64 };
/** Elements right below a file object that say something of it. */
const FIELDS = new Set(['filename', 'filesize', 'alloc', 'unalloc', 'name_type', 'partition']);

/** XML's own five entities, not HTML's; the types do not know the option. */
const XML_ONLY: sax.SAXOptions = { ...{ strictEntities: true }, position: true };

const malformed = (why: string, cause?: unknown) =>
  new ExchangeError('DFXML_MALFORMED', `${why}; nothing of it was used`, { cause });
const unsafe = (why: string) => new ExchangeError('DFXML_UNSAFE', `${why}; nothing of it was used`);

/**
 * Groups of what each piece held.
 * @throws ExchangeError `DFXML_MALFORMED`, `DFXML_UNSAFE`. What came before is then void.
 */
export async function* readDfxml(
  chunks: AsyncIterable<Uint8Array>,
  options: DfxmlOptions = {},
): AsyncGenerator<DfxmlGroup, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = new DfxmlReader(options);
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      throw malformed('it is not UTF-8', error);
    }
  };
  for await (const chunk of chunks) yield reader.read(decode(chunk));
  yield reader.read(decode());
  yield reader.finish();
}

type FileObject = Map<string, string>;

class DfxmlReader {
  readonly #parser = sax.parser(true, XML_ONLY);
  readonly #options: DfxmlOptions;
  #files: ListedFile[] = [];
  #omitted: { name: string; why: DfxmlOmission }[] = [];
  #notFiles = 0;
  #hasRoot = false;
  #depth = 0;
  /** Depth of the open file object. */
  #objectDepth = 0;
  #object: FileObject | undefined;
  /** Field whose text is being read. */
  #field: string | undefined;
  #text = '';

  constructor(options: DfxmlOptions) {
    this.#options = options;
    const parser = this.#parser;
    parser.onerror = (error) => {
      throw malformed(`line ${parser.line + 1}: ${error.message.split('\n')[0]}`);
    };
    parser.ondoctype = () => {
      throw unsafe(`line ${parser.line + 1}: a document type, which DFXML does not need`);
    };
    let attributes = 0;
    parser.onattribute = () => {
      attributes += 1;
      if (attributes > MAX_ATTRIBUTES) throw unsafe('an element has too many attributes');
    };
    parser.onopentag = (tag) => {
      attributes = 0;
      this.#open(localName(tag.name), tag.attributes);
    };
    parser.onclosetag = () => this.#close();
    parser.ontext = (text) => this.#addText(text);
    parser.oncdata = (text) => this.#addText(text);
  }

  read(text: string): DfxmlGroup {
    this.#parser.write(text);
    return this.#take();
  }

  finish(): DfxmlGroup {
    this.#parser.close();
    if (!this.#hasRoot) throw malformed('it is empty');
    return this.#take();
  }

  #take(): DfxmlGroup {
    const group = { files: this.#files, omitted: this.#omitted, notFiles: this.#notFiles };
    this.#files = [];
    this.#omitted = [];
    this.#notFiles = 0;
    return group;
  }

  #open(name: string, attributes: Readonly<Record<string, unknown>>): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw unsafe('its elements are nested too deeply');
    if (this.#depth === 1) {
      if (name !== 'dfxml' || this.#hasRoot) throw malformed(`its root is ${name}, not one dfxml`);
      this.#hasRoot = true;
    }
    if (this.#object === undefined) {
      if (name !== 'fileobject') return;
      this.#object = new Map();
      this.#objectDepth = this.#depth;
      return;
    }
    if (this.#field !== undefined) throw malformed(this.#at(`${this.#field} holds an element`));
    // Pieces and parents have names and digests of their own, further down.
    if (this.#depth !== this.#objectDepth + 1) return;
    const field = name === 'hashdigest' ? `${attributes.type}`.toLowerCase() : name;
    const isKnown = name === 'hashdigest' ? Object.hasOwn(DIGITS, field) : FIELDS.has(name);
    if (!isKnown) return;
    if (this.#object.has(field)) throw malformed(this.#at(`a file has ${field} twice`));
    this.#field = field;
    this.#text = '';
  }

  #addText(text: string): void {
    if (this.#field === undefined) return;
    this.#text += text;
    if (this.#text.length > MAX_TEXT) throw unsafe(this.#at(`${this.#field} is too long`));
  }

  #close(): void {
    if (this.#object !== undefined && this.#depth === this.#objectDepth) {
      this.#addFile(this.#object);
      this.#object = undefined;
    } else if (this.#field !== undefined) {
      this.#object!.set(this.#field, this.#text);
      this.#field = undefined;
    }
    this.#depth -= 1;
  }

  #addFile(object: FileObject): void {
    const { partition, unallocated } = this.#options;
    if (partition !== undefined && object.get('partition')?.trim() !== partition) return;
    if ((object.get('name_type') ?? 'r').trim() !== 'r') {
      this.#notFiles += 1;
      return;
    }
    const name = object.get('filename') ?? '';
    if (name.includes('\0') || !name.isWellFormed()) throw malformed(this.#at('no name of a file'));
    if (Buffer.byteLength(name) > MAX_PATH_BYTES) throw unsafe(this.#at('a name is too long'));
    const why = findOmission(object, unallocated === true);
    if (why !== undefined) {
      this.#omitted.push({ name, why });
      return;
    }
    const size = object.get('filesize')!.trim();
    if (!/^\d{1,16}$/.test(size) || !Number.isSafeInteger(Number(size))) {
      throw malformed(this.#at(`${JSON.stringify(size.slice(0, 40))} is no size`));
    }
    const { md5, sha1, sha256 } = this.#readDigests(object);
    this.#files.push({
      name: toBytePath(name),
      size: Number(size),
      sha256: sha256!,
      ...(sha1 !== undefined && { sha1 }),
      ...(md5 !== undefined && { md5 }),
    });
  }

  #readDigests(object: FileObject): Readonly<Record<string, string | undefined>> {
    const digests: Record<string, string> = {};
    for (const [algorithm, digits] of Object.entries(DIGITS)) {
      const value = object.get(algorithm)?.trim().toLowerCase();
      if (value === undefined) continue;
      if (value.length !== digits || !/^[0-9a-f]+$/.test(value)) {
        throw malformed(this.#at(`a file has no ${algorithm} of ${digits} digits`));
      }
      digests[algorithm] = value;
    }
    return digests;
  }

  #at(why: string): string {
    return `line ${this.#parser.line + 1}: ${why}`;
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

function findOmission(object: FileObject, unallocated: boolean): DfxmlOmission | undefined {
  const isDeleted = object.get('unalloc')?.trim() === '1' || object.get('alloc')?.trim() === '0';
  if (isDeleted && !unallocated) return 'UNALLOCATED';
  if ((object.get('filename') ?? '') === '') return 'NO_NAME';
  if (!object.has('sha256')) return 'NO_SHA256';
  return object.has('filesize') ? undefined : 'NO_SIZE';
}
