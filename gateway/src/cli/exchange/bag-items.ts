/**
 * What goes into a bag for each file: its proof, and its chain of custody where it has one. Of files of the
 * own member the gateway has the proofs; of files that were handed over, whoever has the bundle.
 */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { batchRecord } from '@tabellion/chaincode/evidence/record';
import {
  addCommitment,
  type Commitment,
  commitmentBytes,
  compactBundle,
  fromBase64url,
  itemId,
  leafHash,
  parseStrict,
  type Trust,
  verify,
} from '@tabellion/proof';
import { z } from 'zod';
import { toBytePath } from '../../evidence/byte-path.ts';
import type { BagItem } from '../../exchange/bag/fill-bag.ts';
import { ExchangeError } from '../../exchange/exchange-error.ts';
import { readCarrier, readHandedOver } from '../custody/handed-over.ts';
import { resolveItem } from '../custody/item-name.ts';
import { CliError, ProblemError } from '../failure.ts';
import { type AnchoredItem, findContent } from '../find-anchored.ts';
import { expectShape, type GatewayClient } from '../gateway-client.ts';
import { hashFile } from '../hash-file.ts';
import { ownMember, type Session } from '../session.ts';

export interface PackedItem {
  readonly item: BagItem;
  /** Where it comes from. */
  readonly acquisition: string;
}

/** What is known of a file, from whichever side. */
interface Known {
  readonly commitment: Commitment;
  /** The item's name, if custody was opened. */
  findName(): Promise<string>;
  /** Undefined where only the chain of custody is at hand. */
  readProof(): Promise<Uint8Array | undefined>;
}
interface HandedBundle extends Known {
  readonly path: string;
}

export interface PackOptions {
  readonly trust: Trust;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Proofs that came with files of other members. */
  readonly bundles: readonly string[];
}

/**
 * @throws CliError `USAGE` for a bundle that belongs to none of the files, `NOT_ANCHORED` for a file that
 * neither a bundle nor the own member knows; ExchangeError `BAG_PROOF_INVALID`.
 */
export async function packItems(
  session: Session,
  files: readonly string[],
  { trust, now, bundles }: PackOptions,
): Promise<PackedItem[]> {
  const handed = await Promise.all(bundles.map((path) => readBundle(session, path)));
  const used = new Set<Known>();
  const packed: PackedItem[] = [];
  for (const file of files) {
    const known = await findKnown(session, file, handed);
    used.add(known);
    packed.push(await packItem(session.client, file, known, { trust, now }));
  }
  const spare = handed.find((bundle) => !used.has(bundle));
  if (spare === undefined) return packed;
  throw new CliError('USAGE', `${spare.path} is of none of the files that were given`);
}

async function readBundle(session: Session, path: string): Promise<HandedBundle> {
  const { committed } = await readHandedOver(path);
  if (committed.type !== 'tabellion.item') {
    throw new CliError('USAGE', `${path} is of an exhibit, a thing, which no bag can hold`);
  }
  return {
    path,
    commitment: committed,
    findName: () => resolveItem(session, path),
    readProof: () =>
      readCarrier(path, (bytes) =>
        compactBundle.safeParse(parseStrict(bytes)).success ? bytes : undefined,
      ),
  };
}

/** By content; of several with one content, the one whose name is most like the file's. */
async function findKnown(
  session: Session,
  file: string,
  handed: readonly HandedBundle[],
): Promise<Known> {
  const wanted = toBytePath(resolve(file)).split('/').reverse();
  const likeness = ({ commitment }: Known): number => {
    const name = Buffer.from(commitment.path, 'base64url').toString('latin1').split('/').reverse();
    const differs = name.findIndex((part, at) => part !== wanted[at]);
    return differs === -1 ? name.length : differs;
  };
  const { sha256, size } = await hashFile(file);
  const given = handed.filter(
    ({ commitment }) => commitment.digest.sha256 === sha256 && commitment.size === size,
  );
  const candidates: readonly Known[] =
    given.length > 0
      ? given
      : (await findContent(session.client, file)).map((item) => ownItem(session, item));
  return candidates.reduce((best, one) => (likeness(one) > likeness(best) ? one : best));
}

function ownItem(session: Session, { batch, index, commitment }: AnchoredItem): Known {
  return {
    commitment,
    findName: async () => itemId(ownMember(session), leafHash(commitmentBytes(commitment))),
    readProof: () => session.client.getBytes(`/v1/evidence/batches/${batch}/proofs/${index}`),
  };
}

/** The file's bytes are compared with its commitment once more while they are packed. */
async function packItem(
  client: GatewayClient,
  file: string,
  { commitment, findName, readProof }: Known,
  { trust, now }: Pick<PackOptions, 'trust' | 'now'>,
): Promise<PackedItem> {
  const { path, digest, size } = commitment;
  const proof = await readProof();
  const name = await findName();
  const chain = await readChain(client, name);
  const custody = chain && addCommitment(chain, commitmentBytes(commitment));
  for (const bytes of [proof, custody]) {
    if (bytes === undefined) continue;
    const { outcome, code, message } = verify(bytes, trust, {
      now,
      file: { sha256: digest.sha256, size },
    });
    if (outcome === 'INTACT') continue;
    throw new ExchangeError('BAG_PROOF_INVALID', `${file}: ${code}: ${message}`);
  }
  return {
    item: {
      name: Buffer.from(path, 'base64url').toString('latin1'),
      sha256: digest.sha256,
      size,
      open: () => createReadStream(file, { highWaterMark: 1 << 20 }),
      proof,
      custody,
    },
    acquisition: proof === undefined ? await readOrigin(client, name) : acquisitionOf(proof),
  };
}

/** Undefined where no custody was opened. */
async function readChain(client: GatewayClient, name: string): Promise<Uint8Array | undefined> {
  try {
    return await client.getBytes(`/v1/custody/items/${name}/proof`);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined;
    throw error;
  }
}

const acquisitionOf = (proof: Uint8Array): string => {
  const { record } = compactBundle.parse(parseStrict(proof));
  return expectShape(batchRecord, parseStrict(fromBase64url(record))).acquisition;
};

const origin = z.looseObject({
  provenance: z.looseObject({
    acquisition: z.looseObject({ record: z.looseObject({ id: z.string() }) }),
  }),
});

async function readOrigin(client: GatewayClient, name: string): Promise<string> {
  const { body } = await client.get(`/v1/custody/items/${name}`);
  return expectShape(origin, body).provenance.acquisition.record.id;
}
