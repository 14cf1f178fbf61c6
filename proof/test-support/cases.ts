/**
 * Every way in which a compact bundle can be wrong that we know of, each with the verdict it must get.
 * One list in one file, long as it is, so that a gap shows.
 */
import {
  canonicalBytes,
  concatBytes,
  leafHash,
  nodeHash,
  parseStrict,
  sha256,
  type Trust,
  toHex,
  utf8,
  type VerdictCode,
} from '../src/index.ts';
import type { AttestationPlan, Signer } from './attestation.ts';
import { criticalUnknown } from './authority.ts';
import {
  type BundlePlan,
  batchRecord,
  buildBundle,
  commitments,
  FILE,
  ITEM_INDEX,
  keyOf,
  leaves,
  planAttestation,
  tree,
} from './bundle.ts';
import { DAY, NOW, type TestConsortium, withMember } from './consortium.ts';
import { custodyCases } from './custody.ts';
import { labelCases } from './label.ts';
import { orderCases } from './order.ts';

export interface Case {
  readonly name: string;
  readonly code: VerdictCode;
  readonly bundle: Uint8Array;
  readonly trust: Trust;
  readonly now: number;
  readonly file?: { readonly sha256: string; readonly size: number };
  readonly challenge?: Uint8Array;
}

const GOOD_FILE = { sha256: toHex(sha256(FILE)), size: FILE.length };

export async function createCases(
  embedded: TestConsortium,
  network: TestConsortium,
): Promise<Case[]> {
  const context = { embedded, network };
  return [
    ...soundCases(context),
    ...formatCases(context),
    ...fileCases(context),
    ...merkleCases(context),
    ...questionCases(context),
    ...readCases(context),
    ...endorserCases(context),
    ...custodyCases(embedded),
    ...labelCases(embedded),
    ...orderCases(embedded),
    ...(await certificateCases(context)),
  ];
}

interface Context {
  readonly embedded: TestConsortium;
  readonly network: TestConsortium;
}

/** A case over the embedded consortium; the plan bends the bundle, the rest what it is held against. */
function bend(
  { embedded }: Context,
  name: string,
  code: VerdictCode,
  plan: BundlePlan = {},
  against: Partial<Case> = {},
): Case {
  const bundle = buildBundle(embedded, plan);
  return { name, code, bundle, trust: embedded.trust, now: NOW, file: GOOD_FILE, ...against };
}

function soundCases(context: Context): Case[] {
  const { network } = context;
  const nonce = planAttestation(network, batchRecord()).nonce;
  return [
    bend(context, 'an unaltered file', 'INTACT'),
    {
      name: 'without a file',
      code: 'INTACT',
      bundle: buildBundle(network),
      trust: network.trust,
      now: NOW,
    },
    bend(context, 'a challenge that was answered', 'INTACT', {}, { challenge: nonce.slice(0, 16) }),
    bend(context, 'a state and an exchange', 'INTACT', {
      attestation: { endorsers: peers(context, 'CharlieMSP', 'XrayExchangeMSP') },
    }),
    bend(context, 'a later, trusted definition', 'INTACT', {
      attestation: { namespaces: readsOf(context, { definition: { block: 40, transaction: 1 } }) },
    }),
  ];
}

function formatCases(context: Context): Case[] {
  const bundle = buildBundle(context.embedded);
  const document = parseStrict(bundle) as Record<string, unknown>;
  const altered = (change: Record<string, unknown>) => canonicalBytes({ ...document, ...change });
  const batchOf = (change: Record<string, unknown>) => batchRecord(change);
  const newItem = canonicalBytes({ ...commitments[ITEM_INDEX], v: 2 });
  const given = (name: string, code: VerdictCode, bytes: Uint8Array) =>
    bend(context, name, code, {}, { bundle: bytes });
  return [
    given('an empty file', 'MALFORMED', new Uint8Array()),
    given('no JSON', 'MALFORMED', utf8('PK\u0003\u0004')),
    given('another document', 'MALFORMED', canonicalBytes({ type: 'tabellion.trust', v: 1 })),
    given('a JSON null', 'MALFORMED', utf8('null')),
    given(
      'a newer version of another shape',
      'UNSUPPORTED_VERSION',
      utf8('{"v": 2, "type": "tabellion.proof", "new": []}'),
    ),
    given('another kind', 'UNSUPPORTED_KIND', altered({ kind: 'full', block: 'AA' })),
    given('an unknown member', 'MALFORMED', altered({ extra: 1 })),
    given('blanks', 'NOT_CANONICAL', concatBytes(bundle, utf8('\n'))),
    given('a repeated member', 'MALFORMED', concatBytes(bundle.slice(0, -1), utf8(',"v":1}'))),
    given('padded base64url', 'MALFORMED', altered({ record: `${String(document.record)}=` })),
    given(
      'a hash too many',
      'MALFORMED',
      altered({ path: { index: 0, size: 1, hashes: Array(17).fill('00'.repeat(32)) } }),
    ),
    bend(context, 'an unsigned signature on the envelope', 'NOT_CANONICAL', {
      attestation: { signature: utf8('mine') },
    }),
    bend(context, 'a record of a newer version', 'UNSUPPORTED_VERSION', {
      record: batchOf({ v: 2 }),
    }),
    bend(context, 'an item of a newer version', 'UNSUPPORTED_VERSION', oneItem(newItem)),
    bend(
      context,
      'an anchored item that is none of ours',
      'MALFORMED',
      oneItem(canonicalBytes({ type: 'note' })),
    ),
    bend(
      context,
      'an anchored item with blanks',
      'NOT_CANONICAL',
      oneItem(concatBytes(leaves[0]!, utf8(' '))),
    ),
    bend(context, 'another record than a batch', 'RECORD_MISMATCH', {
      record: batchOf({ type: 'tabellion.journal' }),
    }),
    bend(context, 'a batch without a root', 'RECORD_MISMATCH', {
      record: batchOf({ root: 'none' }),
    }),
  ];
}

function fileCases(context: Context): Case[] {
  const digest = toHex(sha256(concatBytes(FILE, utf8('!'))));
  return [
    bend(
      context,
      'an altered file',
      'FILE_DIGEST_MISMATCH',
      {},
      { file: { ...GOOD_FILE, sha256: digest } },
    ),
    bend(
      context,
      'an altered file of another size',
      'FILE_DIGEST_MISMATCH',
      {},
      { file: { sha256: digest, size: 1 } },
    ),
    bend(
      context,
      'a file anchored with a wrong size',
      'FILE_SIZE_MISMATCH',
      {},
      { file: { ...GOOD_FILE, size: 1 } },
    ),
    bend(
      context,
      'an altered file beside an altered bundle',
      'ROOT_MISMATCH',
      { commitment: leaves[3]! },
      { file: { ...GOOD_FILE, sha256: digest } },
    ),
    bend(
      context,
      'a digest that is none',
      'MALFORMED',
      {},
      { file: { ...GOOD_FILE, sha256: 'abc' } },
    ),
  ];
}

function merkleCases(context: Context): Case[] {
  const hashes = leaves.map((leaf) => leafHash(leaf));
  // An inner node passed off as a leaf: without prefixes its preimage would be a leaf's content.
  const preimage = concatBytes(hashes[2]!, hashes[3]!);
  const doubled = batchRecord({ size: leaves.length + 1 });
  return [
    bend(context, 'an inner node as leaf', 'PATH_LENGTH_MISMATCH', {
      commitment: preimage,
      index: 1,
      hashes: tree.path(ITEM_INDEX).slice(1),
    }),
    bend(context, 'an inner node as leaf of a smaller batch', 'RECORD_MISMATCH', {
      commitment: preimage,
      index: 1,
      size: 4,
      hashes: tree.path(ITEM_INDEX).slice(1),
    }),
    bend(context, 'an inner node as leaf of a batch said to be smaller', 'ROOT_MISMATCH', {
      commitment: preimage,
      index: 1,
      size: 4,
      hashes: tree.path(ITEM_INDEX).slice(1),
      record: batchRecord({ size: 4 }),
    }),
    bend(context, 'the last leaf doubled', 'ROOT_MISMATCH', {
      commitment: leaves[6]!,
      index: 7,
      size: 8,
      hashes: [hashes[6]!, nodeHash(hashes[4]!, hashes[5]!), tree.path(6).at(-1)!],
      record: doubled,
    }),
    bend(context, 'another index', 'ROOT_MISMATCH', { index: 3 }),
    bend(context, 'an index outside the batch', 'PATH_LENGTH_MISMATCH', { index: 7 }),
    bend(context, 'another size', 'RECORD_MISMATCH', { size: 8 }),
    bend(context, 'another item', 'ROOT_MISMATCH', { commitment: leaves[3]! }),
    bend(context, 'a path in another order', 'ROOT_MISMATCH', {
      hashes: tree.path(ITEM_INDEX).reverse(),
    }),
    bend(context, 'a hash missing', 'PATH_LENGTH_MISMATCH', {
      hashes: tree.path(ITEM_INDEX).slice(1),
    }),
  ];
}

function questionCases(context: Context): Case[] {
  const record = batchRecord();
  const other = batchRecord({ sequence: 2 });
  const asked = (
    name: string,
    code: VerdictCode,
    attestation: Partial<AttestationPlan>,
    against?: Partial<Case>,
  ) => bend(context, name, code, { attestation }, against);
  const read = utf8('evidence:read');
  return [
    asked('another channel', 'WRONG_CHANNEL', { channel: 'evidence2' }),
    asked('another chaincode', 'WRONG_CHAINCODE', {
      chaincode: 'tabellion2',
      namespaces: readsOf(context, {}, 'tabellion2'),
    }),
    asked('another function', 'WRONG_FUNCTION', {
      args: [utf8('member:read'), utf8(keyOf(record))],
    }),
    asked('no argument', 'WRONG_FUNCTION', { args: [read] }),
    asked('an argument too many', 'WRONG_FUNCTION', {
      args: [read, utf8(keyOf(record)), utf8('')],
    }),
    asked('another argument', 'KEY_MISMATCH', { args: [read, utf8(keyOf(other))] }),
    asked('a configuration instead of a transaction', 'MALFORMED', { headerType: 1 }),
    asked('transient input in the envelope', 'MALFORMED', { transient: { location: utf8('{}') } }),
    asked('an answer to another proposal', 'PROPOSAL_HASH_MISMATCH', {
      proposalHash: sha256(record),
    }),
    asked('a transaction ID of its own', 'PROPOSAL_HASH_MISMATCH', { txId: '33'.repeat(32) }),
    bend(context, 'an unknown field', 'NOT_CANONICAL', { appended: Uint8Array.of(0x78, 0x01) }),
    bend(context, 'bytes that are no message', 'MALFORMED', { appended: Uint8Array.of(0xff) }),
    asked('a refusal', 'RESPONSE_MISMATCH', { status: 500 }),
    asked('another answer', 'RESPONSE_MISMATCH', { payload: other }),
    asked('another challenge', 'CHALLENGE_MISMATCH', {}, { challenge: utf8('another challenge') }),
    asked('an empty challenge', 'CHALLENGE_MISMATCH', {}, { challenge: new Uint8Array() }),
    bend(context, 'a record put under another key', 'KEY_MISMATCH', {
      attestation: { args: [read, utf8(`batch/${'0'.repeat(64)}`)] },
    }),
  ];
}

function readCases(context: Context): Case[] {
  const chaincode = context.embedded.trust.chaincode;
  const key = keyOf(batchRecord());
  const version = { block: 57, transaction: 4 };
  const [lifecycle, own] = readsOf(context, {}) as [Namespace, Namespace];
  const accessed = (
    name: string,
    code: VerdictCode,
    namespaces: Namespace[],
    event: string | null = null,
  ) => bend(context, name, code, { attestation: { namespaces, event } });
  return [
    accessed(
      'a definition that is not trusted',
      'DEFINITION_NOT_TRUSTED',
      readsOf(context, { definition: { block: 41, transaction: 0 } }),
    ),
    accessed("another chaincode's definition", 'DEFINITION_NOT_TRUSTED', [
      {
        ...lifecycle,
        reads: [{ key: 'namespaces/fields/other/Sequence', version: { block: 3, transaction: 0 } }],
      },
      own,
    ]),
    accessed('no definition', 'UNEXPECTED_ACCESS', [own]),
    accessed('a namespace too many', 'UNEXPECTED_ACCESS', [lifecycle, own, { namespace: 'zeta' }]),
    accessed('a write besides', 'UNEXPECTED_ACCESS', [
      lifecycle,
      { ...own, writes: [{ key, value: utf8('x') }] },
    ]),
    accessed('a read besides', 'UNEXPECTED_ACCESS', [
      lifecycle,
      { ...own, reads: [...own.reads!, { key: 'head/1', version }] },
    ]),
    accessed('a range besides', 'UNEXPECTED_ACCESS', [
      lifecycle,
      { ...own, ranges: [{ startKey: 'a', endKey: 'b' }] },
    ]),
    accessed('a private collection besides', 'UNEXPECTED_ACCESS', [
      lifecycle,
      { ...own, collections: ['_implicit_org_AlphaMSP'] },
    ]),
    accessed('an event besides', 'UNEXPECTED_ACCESS', [lifecycle, own], 'evidence:read'),
    accessed('a key that did not exist', 'UNEXPECTED_ACCESS', [
      lifecycle,
      { namespace: chaincode, reads: [{ key, version: null }] },
    ]),
    accessed('nothing read', 'UNEXPECTED_ACCESS', [lifecycle, { namespace: chaincode }]),
    accessed('another key read', 'KEY_MISMATCH', [
      lifecycle,
      { namespace: chaincode, reads: [{ key: 'batch/0', version }] },
    ]),
  ];
}

type Namespace = AttestationPlan['namespaces'][number];

function readsOf(
  { embedded }: Context,
  { definition }: { definition?: { block: number; transaction: number } },
  chaincode = embedded.trust.chaincode,
): Namespace[] {
  const version = definition ?? { block: 3, transaction: 0 };
  return [
    {
      namespace: '_lifecycle',
      reads: [{ key: `namespaces/fields/${chaincode}/Sequence`, version }],
    },
    {
      namespace: chaincode,
      reads: [{ key: keyOf(batchRecord()), version: { block: 57, transaction: 4 } }],
    },
  ];
}

function peers({ embedded }: Context, ...mspIds: string[]): Signer[] {
  return mspIds.map((mspId) => embedded.member(mspId).peer);
}

function endorserCases(context: Context): Case[] {
  const { embedded, network } = context;
  const { trust } = embedded;
  const endorsed = (
    name: string,
    code: VerdictCode,
    endorsers: Signer[],
    against?: Partial<Case>,
  ) => bend(context, name, code, { attestation: { endorsers } }, against);
  const alpha = embedded.member('AlphaMSP');
  const stranger = { ...network.member('AlphaMSP').peer, mspId: 'ZuluMSP' };
  const impostor = { ...alpha.peer, sign: embedded.member('BravoMSP').peer.sign };
  const [first, second] = [peers(context, 'AlphaMSP')[0]!, peers(context, 'BravoMSP')[0]!];
  return [
    endorsed('nobody endorsed', 'TOO_FEW_ENDORSERS', []),
    endorsed('one endorsed', 'TOO_FEW_ENDORSERS', [first]),
    endorsed('one endorsed twice', 'TOO_FEW_ENDORSERS', [first, first]),
    endorsed(
      'more endorsed than needed',
      'NOT_CANONICAL',
      peers(context, 'AlphaMSP', 'BravoMSP', 'CharlieMSP'),
    ),
    endorsed('in another order', 'NOT_CANONICAL', [second, first]),
    endorsed(
      'two exchanges',
      'NO_STATE_ENDORSED',
      peers(context, 'XrayExchangeMSP', 'YankeeExchangeMSP'),
    ),
    endorsed('a stranger', 'UNKNOWN_MEMBER', [first, stranger]),
    endorsed('a client instead of a peer', 'NOT_A_PEER', [alpha.client, second]),
    endorsed("another member's certificate", 'CERTIFICATE_UNTRUSTED', [
      first,
      { ...first, mspId: 'BravoMSP' },
    ]),
    endorsed("another key's signature", 'SIGNATURE_INVALID', [impostor, second]),
    bend(context, 'a signature with high s', 'SIGNATURE_INVALID', { attestation: { highS: true } }),
    bend(
      context,
      'three endorsers demanded',
      'TOO_FEW_ENDORSERS',
      {},
      { trust: { ...trust, endorsementThreshold: 3 } },
    ),
    bend(
      context,
      "a network's bundle under an embedded trust file",
      'WRONG_LEDGER_KIND',
      {},
      { trust: { ...network.trust, ledger: 'embedded' } },
    ),
    bend(
      context,
      "an embedded ledger's bundle under a network's trust file",
      'WRONG_LEDGER_KIND',
      {},
      { trust: { ...trust, ledger: 'fabric' } },
    ),
    bend(
      context,
      'an embedded root among those of a network',
      'WRONG_LEDGER_KIND',
      {},
      {
        trust: withMember(network.trust, 'AlphaMSP', { intermediates: [alpha.authority.rootPem] }),
      },
    ),
    bend(
      context,
      'the trust file of another consortium',
      'CERTIFICATE_UNTRUSTED',
      {},
      { trust: network.trust },
    ),
    bend(
      context,
      'a trust file without usable certificates',
      'TRUST_MALFORMED',
      {},
      {
        trust: withMember(trust, 'AlphaMSP', {
          roots: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
        }),
      },
    ),
  ];
}

async function certificateCases(context: Context): Promise<Case[]> {
  const { embedded } = context;
  const { trust } = embedded;
  const { authority, peer } = embedded.member('AlphaMSP');
  const bravo = embedded.member('BravoMSP').peer;
  const issued = async (options: Parameters<typeof authority.issue>[0]) => ({
    mspId: 'AlphaMSP',
    ...(await authority.issue({ ou: 'peer', ...options })),
  });
  const by = (name: string, code: VerdictCode, signer: Signer, against?: Partial<Case>) =>
    bend(context, name, code, { attestation: { endorsers: [signer, bravo] } }, against);
  const foreignList = await embedded.member('BravoMSP').authority.revoke([peer.serial]);
  return [
    by('a revoked certificate', 'CERTIFICATE_REVOKED', peer, {
      trust: withMember(trust, 'AlphaMSP', {
        revocations: [await authority.revoke([peer.serial])],
      }),
    }),
    by('a list that revokes another', 'INTACT', peer, {
      trust: withMember(trust, 'AlphaMSP', { revocations: [await authority.revoke(['50'])] }),
    }),
    by("a list that is another member's", 'TRUST_MALFORMED', peer, {
      trust: withMember(trust, 'AlphaMSP', { revocations: [foreignList] }),
    }),
    by(
      'a certificate expired by now',
      'CERTIFICATE_EXPIRED',
      await issued({ notAfter: NOW - 60_000 }),
    ),
    by(
      'a certificate not valid yet',
      'CERTIFICATE_NOT_YET_VALID',
      await issued({ notBefore: NOW + DAY }),
    ),
    by(
      'a certificate younger than the attestation',
      'CERTIFICATE_NOT_YET_VALID',
      await issued({ notBefore: NOW - 60_000 }),
    ),
    by('everything long expired', 'CERTIFICATE_EXPIRED', peer, { now: NOW + 800 * DAY }),
    by('a time that is no number', 'CERTIFICATE_NOT_YET_VALID', peer, { now: Number.NaN }),
    by('a certificate without a role', 'NOT_A_PEER', {
      mspId: 'AlphaMSP',
      ...(await authority.issue({})),
    }),
    by('an administrator', 'NOT_A_PEER', await issued({ ou: 'admin' })),
    by(
      'an unknown critical extension',
      'CERTIFICATE_UNTRUSTED',
      await issued({ extensions: [criticalUnknown()] }),
    ),
    by('an authority as endorser', 'CERTIFICATE_UNTRUSTED', await issued({ isCa: true })),
  ];
}

/** A batch of one item. */
function oneItem(item: Uint8Array): BundlePlan {
  const record = batchRecord({ root: toHex(leafHash(item)), size: 1 });
  return { commitment: item, index: 0, size: 1, hashes: [], record };
}
