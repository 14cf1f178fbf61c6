/** A consortium of four on an embedded ledger, with a clock that tests move. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contracts } from '@tabellion/chaincode';
import * as custody from '@tabellion/chaincode/custody/record';
import * as disclosure from '@tabellion/chaincode/disclosure/record';
import * as evidence from '@tabellion/chaincode/evidence/record';
import type { ErrorCode } from '@tabellion/chaincode/kernel/errors';
import * as label from '@tabellion/chaincode/label/record';
import * as member from '@tabellion/chaincode/member/record';
import * as order from '@tabellion/chaincode/order/record';
import * as review from '@tabellion/chaincode/review/record';
import {
  canonicalBytes,
  type NamespaceRwset,
  parseCanonical,
  readBlock,
  readEnvelope,
  type readTransaction,
  toHex,
  utf8,
} from '@tabellion/proof';
import { expect } from 'vitest';
import type { z } from 'zod';
import { NOW, sampleFounding } from '../../chaincode/test/samples.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../../gateway/src/identity/key.ts';
import { provisionEmbedded } from '../../gateway/src/identity/provision.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { openEmbeddedLedger } from '../../gateway/src/ledger/embedded/ledger.ts';
import { LedgerError } from '../../gateway/src/ledger/port.ts';

export interface Person {
  readonly role?: string;
  readonly keyCustody?: 'person' | 'gateway';
  readonly pseudonym?: string;
}

export interface ActOptions {
  readonly transient?: Record<string, Uint8Array>;
  readonly endorsers?: readonly string[];
  /** Arguments as they are, in place of the canonical input. */
  readonly args?: readonly Uint8Array[];
}

/** What a committed transaction did, read back from its block. */
export interface Committed {
  readonly txId: string;
  readonly code: string;
  readonly record: unknown;
  readonly event: { readonly name: string; readonly payload: unknown };
  /** Public writes by key. */
  readonly writes: Readonly<Record<string, unknown>>;
  readonly readKeys: readonly string[];
  /** `<collection> <hex SHA-256 of the key>` → hex SHA-256 of the value. */
  readonly privateWrites: Readonly<Record<string, string>>;
  readonly endorsers: readonly string[];
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld() {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-contract-'));
  const clock = { time: NOW };
  const founding = sampleFounding();
  const { network, authorities } = await provisionEmbedded(
    directory,
    {
      name: 'test',
      channel: 'evidence',
      chaincode: 'tabellion',
      members: founding.members,
      parameters: founding.parameters,
      reference: founding.reference,
      founding,
    },
    () => NOW,
  );
  const ledger = await openEmbeddedLedger({
    directory: join(directory, 'ledger'),
    network,
    now: () => clock.time,
  });
  ledger.install(contracts);

  const people = new Map<string, Signer>();
  /** The person of that role, always the same; `as` makes another. */
  async function person(mspId: string, role: member.Role, as: Person = {}): Promise<Signer> {
    const options = { role, keyCustody: 'person' as const, ...as };
    const name = JSON.stringify([mspId, options]);
    const known = people.get(name);
    if (known) return known;
    const key = generatePrivateKey();
    const ca = authorities.get(mspId)!;
    const certificate = await ca.issue(await createCsr(key), {
      ou: 'client',
      days: 30,
      ...options,
    });
    const signer = signerFromPem(mspId, certificate, key);
    people.set(name, signer);
    return signer;
  }

  async function endorse(signer: Signer, transaction: string, input: unknown, options: ActOptions) {
    const { txId, proposal } = await ledger.prepare({
      transaction,
      args: options.args ?? [canonicalBytes(input)],
      creator: signer.creator,
      ...(options.transient ? { transient: options.transient } : {}),
    });
    const signed = { bytes: proposal, signature: await signer.sign(proposal) };
    const endorsed = await ledger.endorse(
      signed,
      options.endorsers ? { endorsers: options.endorsers } : {},
    );
    return { txId, payload: endorsed.payload };
  }

  async function submit(signer: Signer, endorsed: { txId: string; payload: Uint8Array }) {
    const { payload, txId } = endorsed;
    await ledger.submit({ bytes: payload, signature: await signer.sign(payload) });
    const { code, block, position } = await ledger.status(txId);
    for await (const bytes of ledger.blocks(block)) {
      return describe(code, readEnvelope(readBlock(bytes).envelopes[position]!));
    }
    throw new Error('unreachable');
  }

  const act = async (signer: Signer, name: string, input: unknown, options: ActOptions = {}) =>
    submit(signer, await endorse(signer, name, input, options));

  /** Expects a refusal with that code, and a ledger that did not grow. */
  async function refuse(
    code: ErrorCode,
    signer: Signer,
    name: string,
    input: unknown,
    options: ActOptions = {},
  ): Promise<string> {
    const height = await ledger.height();
    const error = await endorse(signer, name, input, options).catch((thrown: unknown) => thrown);
    if (!(error instanceof LedgerError)) throw new Error(`${name} was endorsed, not ${code}`);
    expect(error.code).toBe('CONTRACT');
    expect(error.contractCode, error.message).toBe(code);
    expect(await ledger.height()).toBe(height);
    return error.message;
  }

  async function read(signer: Signer, name: string, key: string): Promise<Uint8Array> {
    const { proposal } = await ledger.prepare({
      transaction: name,
      args: [utf8(key)],
      creator: signer.creator,
    });
    return ledger.evaluate({ bytes: proposal, signature: await signer.sign(proposal) });
  }

  return {
    ledger,
    clock,
    founding,
    person,
    endorse,
    submit,
    act,
    refuse,
    read,
    async found() {
      return act(await person('CnMSP', 'delegate'), 'member:found', founding);
    },
    async close() {
      await ledger.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Records by the first part of their key: whatever the contracts write must be what these describe. */
const RECORDS: Record<string, z.ZodType> = {
  founding: member.foundingRecord,
  member: member.memberRecord,
  'member-history': member.memberRecord,
  parameter: member.parameterRecord,
  'parameter-history': member.parameterRecord,
  reference: member.referenceRecord,
  proposal: member.proposalRecord,
  vote: member.voteRecord,
  acquisition: evidence.acquisitionRecord,
  head: evidence.headRecord,
  'location-head': evidence.locationHeadRecord,
  batch: evidence.batchRecord,
  closing: evidence.closingRecord,
  answer: evidence.answerRecord,
  location: evidence.locationRecord,
  segregation: evidence.segregationRecord,
  journal: evidence.journalRecord,
  'journal-head': evidence.journalHeadRecord,
  item: custody.itemRecord,
  'item-head': custody.itemHeadRecord,
  custody: custody.custodyRecord,
  objection: review.objectionRecord,
  'objection-head': review.objectionHeadRecord,
  reply: review.replyRecord,
  regularity: review.regularityRecord,
  authenticity: review.authenticityRecord,
  weight: review.weightRecord,
  grant: disclosure.grantRecord,
  revocation: disclosure.revocationRecord,
  'label-batch': label.labelBatchRecord,
  'label-manifest': label.labelManifestRecord,
  'label-miss': label.missRecord,
  'label-withheld': label.labelWithheldRecord,
  corroboration: label.corroborationRecord,
  opinion: label.opinionRecord,
  sighting: label.sightingRecord,
  dispute: label.disputeRecord,
  'dispute-head': label.disputeHeadRecord,
  'dispute-answer': label.disputeAnswerRecord,
  withdrawal: label.withdrawalRecord,
  order: order.orderRecord,
  'order-head': order.orderHeadRecord,
  'order-step': order.orderStepRecord,
};

function parseWrite(key: string, value: Uint8Array): unknown {
  const record = parseCanonical(value);
  const schema = RECORDS[key.split('/')[0]!];
  if (!schema) throw new Error(`no schema for ${key}`);
  expect(schema.parse(record), key).toEqual(record);
  return record;
}

function describe(code: string, tx: ReturnType<typeof readTransaction>): Committed {
  const own = tx.rwset.find(({ namespace }) => namespace === 'tabellion') as NamespaceRwset;
  const event = tx.event!;
  const privateWrites = own.collections.flatMap(({ collection, writes }) =>
    writes.map(({ keyHash, valueHash }) => [`${collection} ${toHex(keyHash)}`, toHex(valueHash)]),
  );
  return {
    txId: tx.txId,
    code,
    record: parseCanonical(tx.response.payload),
    event: { name: event.name, payload: parseCanonical(event.payload) },
    writes: Object.fromEntries(own.writes.map(({ key, value }) => [key, parseWrite(key, value)])),
    readKeys: own.reads.map(({ key }) => key),
    privateWrites: Object.fromEntries(privateWrites),
    endorsers: tx.endorsements.map(({ endorser }) => endorser.mspId),
  };
}
