/** What cannot come from the port, because submission or the ledger's own clients would not make it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, peer } from '@hyperledger/fabric-protos';
import { computeProposalHash, concatBytes, endorsementPolicy } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTestConsortium,
  TEST_MEMBERS,
  type TestConsortium,
} from '../../../../test/conformance/embedded-network.ts';
import { signerFromPem } from '../../identity/key.ts';
import type { Signer } from '../act.ts';
import { buildProposal, NONCE_BYTES } from '../proposal.ts';
import {
  cutProposal,
  encodeEnvelope,
  encodeResponsePayload,
  encodeTransaction,
} from '../transaction.ts';
import { encodeConfigEnvelope } from './config.ts';
import { ChannelIdentities } from './identities.ts';
import { peersPolicy } from './role-policy.ts';
import { ReadWriteSet } from './rwset.ts';
import { SignatureMemo } from './signature-memo.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { type ValidationContext, validateBlock } from './validator.ts';

let consortium: TestConsortium;
let person: Signer;
let store: Store;
let context: ValidationContext;
const directory = mkdtempSync(join(tmpdir(), 'tabellion-validator-'));

beforeAll(async () => {
  consortium = await createTestConsortium();
  person = await consortium.enrol('AlphaMSP');
  store = await openStore(directory);
  const mspIds = TEST_MEMBERS.map(({ mspId }) => mspId);
  context = {
    store,
    channel: 'evidence',
    chaincode: 'tabellion',
    identities: new ChannelIdentities(consortium.network.members, new SignatureMemo()),
    members: new Set(mspIds),
    chaincodePolicy: endorsementPolicy(TEST_MEMBERS, 2),
    lifecyclePolicy: peersPolicy(mspIds, 3),
    privateWrites: () => [],
  };
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
  await consortium.remove();
});

interface Shape {
  readonly channel?: string;
  readonly namespace?: string;
  readonly key?: string;
  readonly event?: { readonly chaincode: string; readonly txId?: string };
  /** Changes the proposal's headers before anything is signed. */
  readonly claimTxId?: string;
  readonly nonce?: Uint8Array;
}

/** A transaction that AlphaMSP and BetaMSP endorsed, as any client with peers at hand can make it. */
async function makeEnvelope(shape: Shape = {}): Promise<Uint8Array> {
  const chaincode = 'tabellion';
  const { proposal, txId } = buildProposal({
    channel: shape.channel ?? 'evidence',
    chaincode,
    transaction: 'conformance:put',
    args: [],
    creator: person.creator,
    nonce: shape.nonce ?? randomBytes(NONCE_BYTES),
    at: Date.now(),
  });
  let parts = cutProposal(proposal);
  if (shape.claimTxId) {
    const header = common.ChannelHeader.deserializeBinary(parts.channelHeader);
    header.setTxId(shape.claimTxId);
    parts = { ...parts, channelHeader: header.serializeBinary() };
  }
  const rwset = new ReadWriteSet();
  rwset.write(shape.namespace ?? chaincode, shape.key ?? 'a', Buffer.from('x'));
  const response = new peer.Response();
  response.setStatus(200);
  const event = new peer.ChaincodeEvent();
  event.setChaincodeId(shape.event?.chaincode ?? chaincode);
  event.setTxId(shape.event?.txId ?? txId);
  event.setEventName('e');
  const responsePayload = encodeResponsePayload({
    proposalHash: computeProposalHash(
      parts.channelHeader,
      parts.signatureHeader,
      parts.chaincodePayload,
    ),
    chaincode,
    version: '1',
    response,
    rwset: rwset.encode(),
    event: shape.event ? event.serializeBinary() : new Uint8Array(),
  });
  const endorsements = await Promise.all(
    ['AlphaMSP', 'BetaMSP'].map(async (mspId) => {
      const { peer: node } = consortium.network.members.find((m) => m.mspId === mspId)!;
      const signer = signerFromPem(mspId, node.certificate, node.key);
      const signature = await signer.sign(concatBytes(responsePayload, signer.creator));
      return { endorser: signer.creator, signature };
    }),
  );
  const payload = encodeTransaction(parts, responsePayload, endorsements);
  return encodeEnvelope(payload, await person.sign(payload));
}

function codesOf(...envelopes: Uint8Array[]): string[] {
  const { codes } = validateBlock({ number: 9, envelopes, isConfiguration: false }, context);
  const names = Object.entries(peer.TxValidationCode);
  return codes.map((code) => names.find(([, value]) => value === code)![0]);
}

describe('validateBlock', () => {
  it('finds a sound transaction valid', async () => {
    expect(codesOf(await makeEnvelope())).toEqual(['VALID']);
  });

  it.each<[string, Shape]>([
    ['TARGET_CHAIN_NOT_FOUND', { channel: 'elsewhere' }],
    ['BAD_PROPOSAL_TXID', { claimTxId: 'ab'.repeat(32) }],
    ['INVALID_CHAINCODE', { namespace: 'another' }],
    ['INVALID_OTHER_REASON', { event: { chaincode: 'tabellion', txId: 'ab'.repeat(32) } }],
    ['ENDORSEMENT_POLICY_FAILURE', { namespace: '_lifecycle' }],
  ])('says %s', async (code, shape) => {
    expect(codesOf(await makeEnvelope(shape))).toEqual([code]);
  });

  it('refuses a signature of another key, and what is no envelope', async () => {
    const envelope = common.Envelope.deserializeBinary(await makeEnvelope());
    const payload = envelope.getPayload_asU8();
    const another = await consortium.enrol('AlphaMSP');
    const forged = encodeEnvelope(payload, await another.sign(payload));
    expect(codesOf(forged, Buffer.from('junk'))).toEqual(['BAD_CREATOR_SIGNATURE', 'BAD_PAYLOAD']);
  });

  it('refuses a configuration that did not come from the ledger', () => {
    const { network } = consortium;
    const envelope = encodeConfigEnvelope({ network, msps: network.members, sequence: 7 }, 0);
    expect(codesOf(envelope)).toEqual(['UNKNOWN_TX_TYPE']);
  });

  it('lets the first of two transactions with one ID stand', async () => {
    const nonce = randomBytes(NONCE_BYTES);
    const [first, second] = [
      await makeEnvelope({ nonce }),
      await makeEnvelope({ nonce, key: 'b' }),
    ];
    expect(codesOf(first, second)).toEqual(['VALID', 'DUPLICATE_TXID']);
    const block = { number: 9, envelopes: [first, second], isConfiguration: false };
    const { changes, transactions } = validateBlock(block, context);
    expect(changes.map(({ key }) => Buffer.from(key).toString())).toEqual(['a']);
    expect(transactions.map(({ position }) => position)).toEqual([0]);
  });

  it('lets nobody take another’s transaction ID', async () => {
    const envelope = await makeEnvelope({ claimTxId: 'cd'.repeat(32) });
    const block = { number: 9, envelopes: [envelope], isConfiguration: false };
    expect(validateBlock(block, context).transactions).toEqual([]);
  });
});
