/** What the tests of the audit need of a ledger: its blocks, a trust file for it, and ways to spoil both. */

import { common } from '@hyperledger/fabric-protos';
import { contracts } from '@tabellion/chaincode';
import { canonicalBytes, parseCanonical, readConfig, type Trust } from '@tabellion/proof';
import type { Context } from 'fabric-contract-api';
import { type AuditReport, auditLedger } from '../../gateway/src/audit/audit.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { EmbeddedLedger } from '../../gateway/src/ledger/embedded/ledger.ts';
import type { World } from '../contract/world.ts';

/** A ledger and what it was founded with. */
export interface Audited {
  readonly ledger: Pick<EmbeddedLedger, 'height' | 'blocks' | 'facts' | 'channel' | 'chaincode'>;
  readonly founding: {
    readonly members: readonly {
      readonly mspId: string;
      readonly name: string;
      readonly jurisdiction: string;
      readonly kind: string;
    }[];
    readonly parameters: { readonly endorsementThreshold: number };
  };
}

export async function listBlocks({ ledger }: Pick<Audited, 'ledger'>): Promise<Uint8Array[]> {
  const height = await ledger.height();
  const blocks: Uint8Array[] = [];
  for await (const block of ledger.blocks(0)) {
    blocks.push(block);
    if (blocks.length === height) break;
  }
  return blocks;
}

export async function trustOf(world: Audited): Promise<Trust> {
  const { genesis, definitions } = world.ledger.facts();
  const [first] = await listBlocks(world);
  const { members } = readConfig(first as Uint8Array);
  return {
    type: 'tabellion.trust',
    v: 1,
    consortium: 'test',
    ledger: 'embedded',
    channel: world.ledger.channel,
    genesis,
    chaincode: world.ledger.chaincode,
    members: world.founding.members.map(({ mspId, name, jurisdiction, kind }) => {
      const { roots, intermediates, revocations } = members.find((one) => one.mspId === mspId)!;
      const state = kind === 'STATE';
      return {
        mspId,
        name,
        jurisdiction,
        state,
        roots: [...roots],
        intermediates: [...intermediates],
        revocations: [...revocations],
      };
    }),
    endorsementThreshold: world.founding.parameters.endorsementThreshold,
    definitions: definitions.map((one) => ({ ...one })),
  };
}

export async function audit(
  blocks: readonly Uint8Array[],
  trust: Trust,
  now: number,
): Promise<AuditReport> {
  const stream = async function* () {
    yield* blocks;
  };
  const { report, close } = await auditLedger({ blocks: stream(), trust, now });
  close();
  return report;
}

/** A block taken apart, changed and encoded again; nothing is signed anew. */
export function spoilBlock(bytes: Uint8Array, spoil: (block: common.Block) => void): Uint8Array {
  const block = common.Block.deserializeBinary(bytes);
  spoil(block);
  return block.serializeBinary();
}

/** Overwrites recorded validation codes, which no signature covers. */
export const recordCodes = (bytes: Uint8Array, code: number): Uint8Array =>
  spoilBlock(bytes, (block) => {
    const metadata = block.getMetadata()!.getMetadataList_asU8();
    const slot = common.BlockMetadataIndex.TRANSACTIONS_FILTER;
    metadata[slot] = metadata[slot]!.map(() => code);
    block.getMetadata()!.setMetadataList(metadata);
  });

type PrivateWrite = readonly [collection: string, key: string, value: Uint8Array];

export interface Spoiler {
  /** Changes what is read under a key; undefined lets it seem absent. */
  read?(key: string, record: Record<string, unknown>): unknown;
  /** Changes what is written under a key; null leaves it out. */
  record?(key: string, record: Record<string, unknown>): [string, unknown] | null;
  /** Whether marks are written. */
  marks?: boolean;
  /** Changes what goes into members' own collections. */
  privately?(collection: string, key: string, value: Uint8Array): readonly PrivateWrite[];
  /** Writes of its own. */
  also?: readonly (readonly [key: string, record: unknown])[];
}

/**
 * Contracts that the members agreed to run although they break the rules: what they write is endorsed,
 * ordered and valid, and only its meaning is wrong.
 */
export function rogueContracts(spoiler: Spoiler) {
  return contracts.map((word) => rogue(word, spoiler));
}

type Method = (context: Context) => Promise<string>;

function rogue(Honest: new () => object, spoiler: Spoiler) {
  class Rogue extends (Honest as new () => object) {}
  for (const name of Object.getOwnPropertyNames(Honest.prototype)) {
    if (name === 'constructor') continue;
    const honest = (Honest.prototype as Record<string, Method>)[name]!;
    Object.defineProperty(Rogue.prototype, name, {
      configurable: true,
      writable: true,
      value: async function (this: object, context: Context) {
        const run = () => honest.call(this, context);
        return name === 'read' ? run() : runSpoiled(context, spoiler, run);
      },
    });
  }
  return Rogue;
}

async function runSpoiled(context: Context, spoiler: Spoiler, run: () => Promise<string>) {
  const { stub } = context;
  const spoil = (key: string, record: Record<string, unknown>) =>
    spoiler.record === undefined ? ([key, record] as const) : spoiler.record(key, record);
  const put = stub.putState.bind(stub);
  const tell = stub.setEvent.bind(stub);
  const mark = stub.putPrivateData.bind(stub);
  const get = stub.getState.bind(stub);
  const scan = stub.getStateByRange.bind(stub);
  let result: Uint8Array | undefined;
  const misread = (key: string, value: Uint8Array) => {
    if (spoiler.read === undefined || value.length === 0) return value;
    const read = spoiler.read(key, parseCanonical(value) as Record<string, unknown>);
    return read === undefined ? new Uint8Array() : canonicalBytes(read);
  };
  stub.getState = async (key) => misread(key, await get(key));
  stub.getStateByRange = ((start: string, end: string) =>
    misreadAll(scan(start, end), misread)) as unknown as typeof stub.getStateByRange;
  stub.putState = async (key, value) => {
    const spoiled = spoil(key, parseCanonical(value) as Record<string, unknown>);
    if (spoiled !== null) await put(spoiled[0], canonicalBytes(spoiled[1]));
  };
  stub.putPrivateData = async (collection, key, value) => {
    if (spoiler.marks === false && key.startsWith('act/')) return;
    const writes = spoiler.privately?.(collection, key, value) ?? [[collection, key, value]];
    for (const write of writes) await mark(...write);
  };
  stub.setEvent = (name, payload) => {
    const told = parseCanonical(payload) as { key: string; record: Record<string, unknown> };
    const [key, record] = spoil(told.key, told.record) ?? [told.key, told.record];
    result = canonicalBytes(record);
    tell(name, canonicalBytes({ key, record }));
  };
  await run();
  for (const [key, record] of spoiler.also ?? []) await put(key, canonicalBytes(record));
  return Buffer.from(result!).toString('utf8');
}

async function* misreadAll(
  found: AsyncIterable<{ readonly key: string; readonly value: Uint8Array }>,
  misread: (key: string, value: Uint8Array) => Uint8Array,
) {
  for await (const { key, value } of found) {
    const read = misread(key, value);
    if (read.length > 0) yield { key, value: read };
  }
}

/** Commits an act without a look at what it wrote. */
export async function commit(
  world: World,
  signer: Signer,
  transaction: string,
  input: object,
): Promise<string> {
  const { txId, payload } = await world.endorse(signer, transaction, input, {});
  await world.ledger.submit({ bytes: payload, signature: await signer.sign(payload) });
  await world.ledger.status(txId);
  return txId;
}
