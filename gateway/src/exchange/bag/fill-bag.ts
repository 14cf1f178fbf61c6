/**
 * A bag of anchored items (RFC 8493): the items as payload, and as tag files their proofs and chains of
 * custody, the trust file that they are checked with, and which proof belongs to which item. Nothing is
 * fetched to complete it.
 */
import { createHash } from 'node:crypto';
import type { BytePath } from '../../evidence/byte-path.ts';
import { pathBytes } from '../../evidence/byte-path.ts';
import { ExchangeError } from '../exchange-error.ts';
import type { BagEntry } from './bag-entry.ts';
import { type BagLine, LINES, TAGS } from './bag-line.ts';
import { toPayloadName } from './bag-name.ts';
import { writeReadme } from './bag-readme.ts';

export interface BagItem {
  /** As it was anchored. */
  readonly name: BytePath;
  readonly sha256: string;
  readonly size: number;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** The compact proof bundle's bytes; undefined where only the chain of custody is at hand. */
  readonly proof?: Uint8Array | undefined;
  /** The custody proof's bytes; undefined where no custody was opened. */
  readonly custody?: Uint8Array | undefined;
}

export interface BagFacts {
  readonly items: readonly BagItem[];
  /** The trust file's bytes. */
  readonly trust: Uint8Array;
  /** Further descriptions, by their name below `tabellion/`. */
  readonly descriptions: ReadonlyMap<string, Uint8Array>;
  readonly member: string;
  /** Milliseconds since 1970. */
  readonly baggedAt: number;
}

const ALGORITHMS = ['sha256', 'sha512'] as const;
type Algorithm = (typeof ALGORITHMS)[number];
type Digests = Readonly<Record<Algorithm, string>>;

/** @throws ExchangeError `BAG_MISMATCH` for a file that is not what was anchored, `BAG_UNSAFE`. */
export async function* fillBag(facts: BagFacts): AsyncGenerator<BagEntry, void, undefined> {
  const payload = new Map<string, Digests>();
  const tags = new Map<string, Digests>();
  const lines: BagLine[] = [];
  for (const [at, item] of facts.items.entries()) {
    const name = toPayloadName(item.name);
    if (payload.has(name)) {
      throw new ExchangeError('BAG_UNSAFE', `two items have one name: ${JSON.stringify(name)}`);
    }
    const number = `${at + 1}`.padStart(6, '0');
    yield hashed(name, item.size, item.open(), (digests) => {
      assertAnchored(name, item, digests);
      payload.set(name, digests);
    });
    const line: BagLine = {
      payload: name,
      path: pathBytes(item.name).toString('base64url'),
      sha256: item.sha256,
      ...(item.proof && { proof: `${TAGS}proofs/${number}.proof.json` }),
      ...(item.custody && { custody: `${TAGS}custody/${number}.custody.json` }),
    };
    lines.push(line);
    if (item.proof) yield tag(tags, line.proof!, item.proof);
    if (item.custody) yield tag(tags, line.custody!, item.custody);
  }
  yield tag(tags, LINES, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  yield tag(tags, 'README.txt', writeReadme(lines[0]));
  yield tag(tags, `${TAGS}trust.json`, facts.trust);
  for (const [name, bytes] of facts.descriptions) yield tag(tags, `${TAGS}${name}`, bytes);
  yield tag(tags, 'bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
  yield tag(tags, 'bag-info.txt', describeBag(facts));
  for (const algorithm of ALGORITHMS) {
    yield tag(tags, `manifest-${algorithm}.txt`, writeManifest(payload, algorithm));
  }
  const last = ALGORITHMS.map(
    (algorithm) => [`tagmanifest-${algorithm}.txt`, writeManifest(tags, algorithm)] as const,
  );
  for (const [name, text] of last) yield tag(tags, name, text);
}

function describeBag({ items, member, baggedAt }: BagFacts): string {
  const bytes = items.reduce((sum, { size }) => sum + size, 0);
  return [
    `Source-Organization: ${member}`,
    'Bag-Software-Agent: tabellion',
    `Bagging-Date: ${new Date(baggedAt).toISOString().slice(0, 10)}`,
    `Payload-Oxum: ${bytes}.${items.length}`,
    'External-Description: Items of evidence with proofs that they are unchanged since they were',
    '  anchored. README.txt says how to check them, with a trust file that is to be had from a member',
    '  that one trusts, not from here.',
    '',
  ].join('\n');
}

const writeManifest = (files: ReadonlyMap<string, Digests>, algorithm: Algorithm): string =>
  [...files].map(([name, digests]) => `${digests[algorithm]}  ${name}\n`).join('');

function tag(tags: Map<string, Digests>, name: string, content: Uint8Array | string): BagEntry {
  const bytes = Buffer.from(content as string);
  const once = (async function* () {
    yield bytes;
  })();
  return hashed(name, bytes.length, once, (digests) => tags.set(name, digests));
}

function hashed(
  name: string,
  size: number,
  chunks: AsyncIterable<Uint8Array>,
  onRead: (digests: Digests) => void,
): BagEntry {
  return {
    name,
    size,
    open: async function* () {
      const hashes = ALGORITHMS.map((algorithm) => createHash(algorithm));
      let left = size;
      for await (const chunk of chunks) {
        left -= chunk.length;
        // The container's header already says how many there are.
        if (left < 0) throw changed(name);
        for (const hash of hashes) hash.update(chunk);
        yield chunk;
      }
      if (left > 0) throw changed(name);
      const [sha256, sha512] = hashes.map((hash) => hash.digest('hex'));
      onRead({ sha256: sha256!, sha512: sha512! });
    },
  };
}

function assertAnchored(name: string, item: BagItem, { sha256 }: Digests): void {
  if (sha256 !== item.sha256) throw changed(name);
}

const changed = (name: string) =>
  new ExchangeError('BAG_MISMATCH', `${JSON.stringify(name)} is not what was anchored`);
