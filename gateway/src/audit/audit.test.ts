import { join } from 'node:path';
import { common, peer } from '@hyperledger/fabric-protos';
import { MAX_POSITIONS } from '@tabellion/chaincode/evidence/record';
import { digestRecord } from '@tabellion/chaincode/kernel/digest';
import type { Role } from '@tabellion/chaincode/member/record';
import { canonicalBytes, parseCertificate, sha256, type Trust, toHex } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW, sampleAcquire, sampleAnchor } from '../../../chaincode/test/samples.ts';
import { createTestConsortium, TEST_MEMBERS } from '../../../test/conformance/embedded-network.ts';
import {
  acquire,
  acquireAbroad,
  newId,
  propose,
  TREATY,
  vote,
} from '../../../test/contract/scene.ts';
import { openWorld, type World } from '../../../test/contract/world.ts';
import {
  audit,
  commit,
  listBlocks,
  recordCodes,
  rogueContracts,
  type Spoiler,
  spoilBlock,
  trustOf,
} from '../../../test/support/audited-ledger.ts';
import { openEmbeddedLedger } from '../ledger/embedded/ledger.ts';
import type { BreakCode } from './break.ts';

const { TxValidationCode } = peer;
const SALT = 'c2FsdHNhbHRzYWx0c2FsdA';
const DE = {
  systemJurisdiction: 'DE',
  mediumLocation: 'DE',
  source: { class: 'STANDALONE' },
} as const;

const digestAt = (index: number) => index.toString(16).padStart(64, '0');
const closing = (acquisition: string, totals: object) => ({
  acquisition,
  batches: 0,
  items: 0,
  bytes: 0,
  endedAt: NOW,
  unread: 0,
  reason: 'the search is over',
  ...totals,
});

async function anchorChain(world: World, acquisition: string, length: number): Promise<void> {
  const investigator = await world.person('CnMSP', 'investigator');
  let previous: string | null = null;
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const input = sampleAnchor({ acquisition, sequence, previous, root: digestAt(sequence) });
    previous = digestRecord((await world.act(investigator, 'evidence:anchor', input)).record);
  }
}

const objection = (acquisition: string) => ({
  acquisition,
  position: 'OBJECTION' as const,
  legalBasis: TREATY,
  reason: 'no request was received',
});

describe('a ledger that holds', () => {
  let world: World;
  let blocks: Uint8Array[];
  let trust: Trust;
  let abroad: string;
  let covert: string;
  /** Block of a transaction that too few members endorsed. */
  let unendorsed: number;

  beforeAll(async () => {
    world = await openWorld();
    await world.found();
    const investigator = await world.person('CnMSP', 'investigator');
    abroad = await acquireAbroad(world);
    await anchorChain(world, abroad, 2);
    const judge = await world.person('DeMSP', 'judicialReviewer');
    await world.act(judge, 'evidence:answer', objection(abroad));
    const closed = await acquire(world);
    await anchorChain(world, closed, 1);
    await world.act(
      investigator,
      'evidence:close',
      closing(closed, { batches: 1, items: 10, bytes: 1000, unread: 3 }),
    );

    const sealed = canonicalBytes({ location: DE, salt: SALT });
    const { location: _, ...facts } = sampleAcquire({
      id: newId(),
      route: 'MUTUAL_ASSISTANCE',
      legalBases: [TREATY],
      grounds: [{ kind: 'TREATY', reference: 'MLA/1' }],
    });
    covert = facts.id;
    const delayedNotice = { basis: TREATY, latest: NOW + 1000, sealed: toHex(sha256(sealed)) };
    await world.act(
      investigator,
      'evidence:acquire',
      { ...facts, delayedNotice },
      { transient: { location: sealed } },
    );

    const proposal = await propose(world, {
      kind: 'SET_PARAMETER',
      name: 'batchMaxItems',
      value: 500,
    });
    for (const member of ['CnMSP', 'DeMSP', 'SgMSP']) await vote(world, member, proposal);
    const system = await world.person('CnMSP', 'system', { keyCustody: 'gateway' });
    await world.act(system, 'evidence:anchorJournal', {
      root: digestAt(1),
      size: 2,
      from: NOW - 5,
      to: NOW,
      sequence: 1,
      previous: null,
    });
    const alone = await world.act(
      investigator,
      'evidence:acquire',
      sampleAcquire({ id: newId() }),
      { endorsers: ['CnMSP'] },
    );
    expect(alone.code).toBe('ENDORSEMENT_POLICY_FAILURE');
    unendorsed = (await world.ledger.height()) - 1;
    blocks = await listBlocks(world);
    trust = await trustOf(world);
  });
  afterAll(() => world.close());

  const auditSpoiled = (spoil: (blocks: Uint8Array[]) => void, changes: Partial<Trust> = {}) => {
    const copy = [...blocks];
    spoil(copy);
    return audit(copy, { ...trust, ...changes }, NOW);
  };

  it('is clean, with everything listed that an auditor must see', async () => {
    const report = await audit(blocks, trust, NOW);
    expect(report.break).toBeNull();
    expect(report.height).toBe(blocks.length);
    expect(report.counts).toMatchObject({ invalid: 1, acquisitions: 3, batches: 3, items: 30 });
    const found = report.findings.map(({ code, subject }) => [code, subject]);
    expect(found).toContainEqual([
      'OBJECTION',
      `acquisition ${abroad}, DE: no request was received`,
    ]);
    expect(found).toContainEqual(['NOT_CLOSED', `acquisition ${abroad}`]);
    expect(found).toContainEqual(['NOTICE_PENDING', `acquisition ${covert}`]);
    expect(report.findingCounts).toMatchObject({ INVALID_TRANSACTION: 1, UNREAD_SOURCES: 1 });
    expect(report.findingCounts.UNANSWERED).toBeUndefined();
  });

  it('shows a delayed notice as overdue once its date has passed', async () => {
    const { findings } = await audit(blocks, trust, NOW + 1001);
    expect(findings).toContainEqual({ code: 'NOTICE_OVERDUE', subject: `acquisition ${covert}` });
  });

  const cases: [what: string, code: BreakCode, block: number, (blocks: Uint8Array[]) => void][] = [
    ['a block is missing', 'BLOCK_MISSING', 4, (all) => all.splice(4, 1)],
    ['two blocks are swapped', 'BLOCK_MISSING', 3, (all) => all.splice(3, 2, all[4]!, all[3]!)],
    [
      'a block is no block',
      'BLOCK_UNREADABLE',
      5,
      (all) => {
        all[5] = Uint8Array.of(1, 2, 3);
      },
    ],
    [
      'block 0 is another',
      'GENESIS_MISMATCH',
      0,
      (all) => {
        all[0] = spoilBlock(all[0]!, (block) => {
          const [envelope] = block.getData()!.getDataList_asU8();
          const header = block.getHeader()!;
          block.getData()!.setDataList([envelope!]);
          header.setPreviousHash(new Uint8Array());
          const config = common.Envelope.deserializeBinary(envelope!);
          config.setSignature(Uint8Array.of(1));
          block.getData()!.setDataList([config.serializeBinary()]);
          header.setDataHash(sha256(config.serializeBinary()));
        });
      },
    ],
    [
      'a link is altered',
      'PREVIOUS_HASH_MISMATCH',
      6,
      (all) => {
        all[6] = spoilBlock(all[6]!, (block) =>
          block.getHeader()!.setPreviousHash(new Uint8Array(32)),
        );
      },
    ],
    [
      'a transaction is altered',
      'DATA_HASH_MISMATCH',
      3,
      (all) => {
        all[3] = spoilBlock(all[3]!, (block) => {
          const [envelope] = block.getData()!.getDataList_asU8();
          const changed = Uint8Array.from(envelope!);
          changed[changed.length - 1]! ^= 1;
          block.getData()!.setDataList([changed]);
        });
      },
    ],
    [
      'a transaction is altered together with the header',
      'ORDERER_SIGNATURE_INVALID',
      3,
      (all) => {
        all[3] = spoilBlock(all[3]!, (block) => {
          const [bytes] = block.getData()!.getDataList_asU8();
          const envelope = common.Envelope.deserializeBinary(bytes!);
          envelope.setSignature(Uint8Array.of(1));
          block.getData()!.setDataList([envelope.serializeBinary()]);
          block.getHeader()!.setDataHash(sha256(envelope.serializeBinary()));
        });
      },
    ],
    [
      'the orderer did not sign',
      'ORDERER_SIGNATURE_INVALID',
      4,
      (all) => {
        all[4] = spoilBlock(all[4]!, (block) => {
          const metadata = block.getMetadata()!.getMetadataList_asU8();
          metadata[common.BlockMetadataIndex.SIGNATURES] = new Uint8Array();
          block.getMetadata()!.setMetadataList(metadata);
        });
      },
    ],
    [
      'validation codes are missing',
      'VALIDATION_CODES_MISSING',
      4,
      (all) => {
        all[4] = spoilBlock(all[4]!, (block) =>
          block.getMetadata()!.setMetadataList(
            block
              .getMetadata()!
              .getMetadataList_asU8()
              .map((slot, index) =>
                index === common.BlockMetadataIndex.TRANSACTIONS_FILTER ? new Uint8Array() : slot,
              ),
          ),
        );
      },
    ],
    [
      'a valid transaction is recorded as a conflict',
      'VALIDATION_CODE_WRONG',
      4,
      (all) => {
        all[4] = recordCodes(all[4]!, TxValidationCode.MVCC_READ_CONFLICT);
      },
    ],
  ];
  it.each(cases)('is broken where %s', async (_what, code, block, spoil) => {
    const report = await auditSpoiled(spoil);
    expect(report.break).toMatchObject({ code, block });
    expect(report.outcome).toBe('BROKEN');
  });

  it('is broken where a transaction that one member endorsed is recorded as valid', async () => {
    const report = await auditSpoiled((all) => {
      all[unendorsed] = recordCodes(all[unendorsed]!, TxValidationCode.VALID);
    });
    expect(report.break).toMatchObject({
      code: 'VALIDATION_CODE_WRONG',
      block: unendorsed,
      transaction: 0,
    });
    expect(report.break?.detail).toContain('found ENDORSEMENT_POLICY_FAILURE');
  });

  it('is broken where a flipped bit stands anywhere in a block', async () => {
    const target = blocks[7]!;
    for (let at = 3; at < target.length; at += Math.ceil(target.length / 16)) {
      const report = await auditSpoiled((all) => {
        all.length = 8;
        all[7] = target.map((byte, index) => (index === at ? byte ^ 4 : byte));
      });
      // The hash over the state changes is the peer's own note: neither linked nor signed.
      if (report.break === null) expect(at).toBeGreaterThan(target.length - 80);
      else expect(report.break.block, `byte ${at}`).toBe(7);
    }
  });

  it('is not the ledger of another trust file', async () => {
    const other = await auditSpoiled(() => undefined, { genesis: digestAt(7) });
    expect(other.break).toMatchObject({ code: 'GENESIS_MISMATCH', block: 0 });
    const [first, ...rest] = trust.members;
    const foreign = { ...first!, roots: rest[0]!.roots };
    const untrusted = await auditSpoiled(() => undefined, { members: [foreign, ...rest] });
    expect(untrusted.break).toMatchObject({ code: 'CONFIGURATION_NOT_TRUSTED', block: 0 });
    const undefinedYet = await auditSpoiled(() => undefined, {
      definitions: [{ sequence: 9, block: 1, transaction: 0 }],
    });
    expect(undefinedYet.break).toMatchObject({ code: 'DEFINITION_NOT_TRUSTED', block: 1 });
    const stricter = await auditSpoiled(() => undefined, { endorsementThreshold: 3 });
    expect(stricter.break).toMatchObject({ code: 'DEFINITION_NOT_TRUSTED', block: 1 });
  });

  it('has no block at all: that is a break, not a clean ledger', async () => {
    expect((await audit([], trust, NOW)).break).toMatchObject({ code: 'BLOCK_MISSING', block: 0 });
  });

  it('that cannot be read is an error, not a break', async () => {
    const failing = async function* () {
      yield blocks[0]!;
      throw new Error('the disk is gone');
    };
    const { auditLedger } = await import('./audit.ts');
    await expect(auditLedger({ blocks: failing(), trust, now: NOW })).rejects.toThrow(
      'the disk is gone',
    );
  });
});

describe('contracts that break the rules by agreement', () => {
  type Record_ = Readonly<Record<string, unknown>>;
  const edit = (prefix: string, change: (record: Record_) => unknown): Spoiler => ({
    record: (key, record) => [key, key.startsWith(prefix) ? change(record) : record],
  });
  const misread = (prefix: string, change: (record: Record_) => unknown): Spoiler => ({
    read: (key, record) => (key.startsWith(prefix) ? change(record) : record),
  });
  /** A batch under the digest of what it says. */
  const batch = (change: (record: Record_) => object): Spoiler => ({
    record: (key, record) => {
      if (!key.startsWith('batch/')) return [key, record];
      const changed = change(record);
      return [`batch/${digestRecord(changed)}`, changed];
    },
  });
  const otherPerson = ({ act, ...record }: Record_) => ({
    ...record,
    act: { ...(act as object), person: 'p-ffffffffffffffff' },
  });
  type Act = (world: World, acquisition: string) => Promise<unknown>;
  const by =
    (member: string, role: Role, transaction: string, input: (id: string) => object): Act =>
    async (world, id) =>
      commit(world, await world.person(member, role), transaction, input(id));
  const anchor = by('CnMSP', 'investigator', 'evidence:anchor', (id) =>
    sampleAnchor({ acquisition: id }),
  );
  const answer = by('DeMSP', 'judicialReviewer', 'evidence:answer', objection);
  const suspendByOne: Act = async (world) => {
    const proposal = await propose(world, { kind: 'SUSPEND', mspId: 'ExMSP' });
    const input = { proposal, choice: 'YES', reason: 'decided by the board' };
    return by('DeMSP', 'delegate', 'member:vote', () => input)(world, '');
  };
  const journal = (sequence: number, previous: string | null) =>
    by('CnMSP', 'system', 'evidence:anchorJournal', () => ({
      root: digestAt(1),
      size: 2,
      from: NOW,
      to: NOW,
      sequence,
      previous,
    }));

  const cases: [what: string, BreakCode, Spoiler, Act][] = [
    [
      'a batch stands under another key',
      'KEY_MISMATCH',
      {
        record: (key, record) => [key.startsWith('batch/') ? `batch/${digestAt(5)}` : key, record],
      },
      anchor,
    ],
    [
      'a batch says another root than its signer',
      'INPUT_MISMATCH',
      batch((record) => ({ ...record, root: digestAt(6) })),
      anchor,
    ],
    ['a batch names another person', 'ACT_MISMATCH', batch(otherPerson), anchor],
    [
      'a batch hides whom it touches',
      'STATE_MISMATCH',
      batch((record) => ({ ...record, touched: [] })),
      anchor,
    ],
    [
      'a batch is not counted in full',
      'STATE_MISMATCH',
      edit('head/', (head) => ({ ...head, items: 1 })),
      anchor,
    ],
    [
      'a batch leaves a gap in its chain',
      'CHAIN_BROKEN',
      misread('head/', (head) => ({ ...head, sequence: 6, last: digestAt(4) })),
      by('CnMSP', 'investigator', 'evidence:anchor', (id) =>
        sampleAnchor({ acquisition: id, sequence: 7, previous: digestAt(4) }),
      ),
    ],
    [
      'a record has a field too many',
      'RECORD_MALFORMED',
      batch((record) => ({ ...record, extra: 1 })),
      anchor,
    ],
    [
      'a record of another function is written besides',
      'RECORD_UNEXPECTED',
      { also: [[`closing/${'c'.repeat(32)}`, { type: 'tabellion.closing' }]] },
      anchor,
    ],
    [
      'a closing states other totals',
      'TOTALS_MISMATCH',
      misread('head/', (head) => ({ ...head, sequence: 1, items: 9, bytes: 9 })),
      by('CnMSP', 'investigator', 'evidence:close', (id) =>
        closing(id, { batches: 1, items: 9, bytes: 9 }),
      ),
    ],
    ['an answer lacks the mark of its member', 'MARKER_MISSING', { marks: false }, answer],
    [
      'an answer is by a state that is not touched',
      'ANSWER_NOT_TOUCHED',
      misread('location-head/', (head) => ({ ...head, touched: ['SG'] })),
      by('SgMSP', 'judicialReviewer', 'evidence:answer', objection),
    ],
    [
      'a state takes more positions than it can',
      'STATE_MISMATCH',
      misread('answer/', () => undefined),
      async (world, id) => {
        for (let count = 0; count <= MAX_POSITIONS; count += 1) await answer(world, id);
      },
    ],
    ['a vote lacks the mark of its member', 'MARKER_MISSING', { marks: false }, suspendByOne],
    [
      'one vote carries a proposal',
      'STATE_MISMATCH',
      misread('proposal/', (record) => ({ ...record, thresholdBps: 1 })),
      suspendByOne,
    ],
    [
      'a journal batch leaves a gap',
      'JOURNAL_CHAIN_BROKEN',
      {
        read: (key, record) =>
          key.startsWith('journal-head/') ? { ...record, sequence: 4 } : record,
      },
      async (world, id) => {
        const last = await journal(1, null)(world, id);
        expect(last).toMatch(/^[0-9a-f]{64}$/);
        const system = await world.person('CnMSP', 'system');
        const head = await world.read(system, 'evidence:read', 'journal-head/CnMSP');
        await journal(5, JSON.parse(Buffer.from(head).toString('utf8')).last)(world, id);
      },
    ],
    [
      'an acquisition abroad passes for one at home',
      'STATE_MISMATCH',
      edit('acquisition/', (record) => ({ ...record, crossBorder: 'NO', touched: [] })),
      by('CnMSP', 'investigator', 'evidence:acquire', () => ({
        ...sampleAcquire({ id: newId() }),
        route: 'MUTUAL_ASSISTANCE',
        legalBases: [TREATY],
        grounds: [{ kind: 'TREATY', reference: 'MLA/1' }],
        location: DE,
      })),
    ],
    [
      'an acquisition is given an authorisation that nobody stated',
      'INPUT_MISMATCH',
      edit('acquisition/', (record) => ({
        ...record,
        authorisation: { kind: 'JUDICIAL', reference: 'O/1' },
      })),
      by('CnMSP', 'investigator', 'evidence:acquire', () => sampleAcquire({ id: newId() })),
    ],
    [
      'an acquisition is written again',
      'RECORD_REWRITTEN',
      {},
      async (world, id) => {
        const investigator = await world.person('CnMSP', 'investigator');
        const bytes = await world.read(investigator, 'evidence:read', `acquisition/${id}`);
        const record = JSON.parse(Buffer.from(bytes).toString('utf8'));
        world.ledger.install(rogueContracts({ also: [[`acquisition/${id}`, record]] }));
        await by('CnMSP', 'investigator', 'evidence:acquire', () => sampleAcquire({ id: newId() }))(
          world,
          id,
        );
      },
    ],
  ];

  it.each(cases)('are found out where %s', async (_what, code, spoiler, act) => {
    const world = await openWorld();
    try {
      await world.found();
      const id = await acquireAbroad(world);
      world.ledger.install(rogueContracts(spoiler));
      await act(world, id);
      const report = await audit(await listBlocks(world), await trustOf(world), NOW);
      expect(report.break?.code, report.break?.detail).toBe(code);
      expect(report.break?.block).toBe((await world.ledger.height()) - 1);
      expect(report.break?.txId).toMatch(/^[0-9a-f]{64}$/);
    } finally {
      await world.close();
    }
  });
});

describe('a change of configuration', () => {
  it('is followed and shown', async () => {
    const consortium = await createTestConsortium();
    const directory = join(consortium.directory, 'ledger');
    const ledger = await openEmbeddedLedger({ directory, network: consortium.network });
    try {
      const authority = consortium.authorities.get('AlphaMSP')!;
      const alpha = consortium.network.members.find(({ mspId }) => mspId === 'AlphaMSP')!;
      const { certificate } = await consortium.enrol('AlphaMSP');
      await authority.revoke(parseCertificate(certificate).serial, 'keyCompromise');
      await ledger.updateMsps([{ ...alpha, revocations: [authority.crl()] }]);
      const members = TEST_MEMBERS.map(({ mspId, state }) => {
        return { mspId, name: mspId, jurisdiction: 'XX', kind: state ? 'STATE' : 'EXCHANGE' };
      });
      const founding = { members, parameters: { endorsementThreshold: 2 } };
      const report = await audit(
        await listBlocks({ ledger }),
        await trustOf({ ledger, founding }),
        Date.now(),
      );
      expect(report.break).toBeNull();
      expect(report.findings).toEqual([
        { code: 'CONFIGURATION_CHANGED', subject: 'block 2', block: 2 },
      ]);
    } finally {
      await ledger.close();
      await consortium.remove();
    }
  });
});

describe('time', () => {
  it('shows a transaction that was held back', async () => {
    const world = await openWorld();
    try {
      await world.found();
      const id = await acquireAbroad(world);
      const judge = await world.person('DeMSP', 'judicialReviewer');
      const heldBack = await world.endorse(judge, 'evidence:answer', objection(id), {});
      world.clock.time = NOW + 901_000;
      await acquire(world, { startedAt: NOW });
      const { txId } = await world.submit(judge, heldBack);
      const report = await audit(await listBlocks(world), await trustOf(world), NOW);
      expect(report.break).toBeNull();
      expect(report.findings).toContainEqual(
        expect.objectContaining({ code: 'LATE_TRANSACTION', txId }),
      );
    } finally {
      await world.close();
    }
  });
});
