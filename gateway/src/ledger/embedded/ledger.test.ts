import { X509Certificate } from 'node:crypto';
import {
  blockDataHash,
  blockHeaderHash,
  Msp,
  readBlock,
  readBlockSignatures,
  readConfig,
  toHex,
  validationCodeName,
  verifySignature,
} from '@tabellion/proof';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../../../../test/conformance/client.ts';
import { contracts } from '../../../../test/conformance/contract.ts';
import {
  createTestConsortium,
  TEST_MEMBERS,
  type TestConsortium,
} from '../../../../test/conformance/embedded-network.ts';
import type { Signer } from '../act.ts';
import { EmbeddedLedger, type EmbeddedLedgerOptions, openEmbeddedLedger } from './ledger.ts';
import { openStore } from './store/open-store.ts';

let consortium: TestConsortium;
let person: Signer;
const opened: EmbeddedLedger[] = [];

beforeEach(async () => {
  consortium = await createTestConsortium();
  person = await consortium.enrol('AlphaMSP');
});
afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close();
  await consortium.remove();
});

const options = (changes: Partial<EmbeddedLedgerOptions> = {}): EmbeddedLedgerOptions => ({
  directory: `${consortium.directory}/ledger`,
  network: consortium.network,
  ...changes,
});

async function open(changes?: Partial<EmbeddedLedgerOptions>): Promise<EmbeddedLedger> {
  const ledger = await openEmbeddedLedger(options(changes));
  ledger.install(contracts);
  opened.push(ledger);
  return ledger;
}

function clientOf(port: EmbeddedLedger): Promise<Client> {
  return Client.create({
    port,
    members: TEST_MEMBERS,
    person: async () => person,
    stranger: async () => person,
    close: async () => {},
  });
}

async function readBlocks(ledger: EmbeddedLedger): Promise<Uint8Array[]> {
  const height = await ledger.height();
  const blocks: Uint8Array[] = [];
  for await (const block of ledger.blocks(0)) if (blocks.push(block) === height) break;
  return blocks;
}

describe('a ledger', () => {
  it('starts with a configuration and a definition that the proof reads', async () => {
    const ledger = await open();
    const [genesis] = await readBlocks(ledger);
    const config = readConfig(genesis!);
    expect(config.channel).toBe('evidence');
    expect(config.members.map(({ mspId }) => mspId)).toEqual(
      TEST_MEMBERS.map(({ mspId }) => mspId).toSorted(),
    );
    expect(config.orderers.map(({ mspId }) => mspId)).toEqual([consortium.network.orderer.mspId]);
    expect(ledger.facts()).toEqual({
      genesis: toHex(blockHeaderHash(readBlock(genesis!))),
      definitions: [{ sequence: 1, block: 1, transaction: 0 }],
    });
  });

  it('links, hashes and signs its blocks', async () => {
    const ledger = await open();
    const client = await clientOf(ledger);
    for (const value of ['one', 'two', 'three']) await client.run('put', 'a', value);
    const blocks = (await readBlocks(ledger)).map(readBlock);
    const { orderers } = readConfig((await readBlocks(ledger))[0]!);
    const msp = new Msp(orderers[0]!, { embedded: true });
    let previous: Uint8Array = new Uint8Array();
    for (const block of blocks) {
      expect(toHex(block.previousHash)).toBe(toHex(previous));
      expect(toHex(block.dataHash)).toBe(toHex(blockDataHash(block.envelopes)));
      previous = blockHeaderHash(block);
      const { lastConfig, signatures } = readBlockSignatures(block);
      expect(lastConfig).toBe(0);
      const [{ creator, signature, signedBytes }] = signatures as [(typeof signatures)[number]];
      const { certificate, role } = msp.validate(creator!, Date.now());
      expect(role).toBe('ORDERER');
      expect(verifySignature(certificate, signedBytes, signature)).toBe(true);
    }
  });

  it('is as it was when it is opened again', async () => {
    const first = await open();
    const client = await clientOf(first);
    const { txId } = await client.run('mark', client.key('m'), 'BetaMSP', 'secret');
    const [facts, height] = [first.facts(), await first.height()];
    await first.close();

    const second = await open();
    expect(second.facts()).toEqual(facts);
    expect(await second.height()).toBe(height);
    expect(await second.status(txId)).toMatchObject({ code: 'VALID' });
    const again = await clientOf(second);
    const read = { fn: 'readMark', args: [client.key('m'), 'BetaMSP'], endorsers: ['BetaMSP'] };
    expect(Buffer.from((await again.endorse(read)).result).toString()).toBe('secret');
    await again.run('put', 'a', 'x');
    const blocks = (await readBlocks(second)).map(readBlock);
    expect(toHex(blocks.at(-1)!.previousHash)).toBe(toHex(blockHeaderHash(blocks.at(-2)!)));
  });

  it('is open once', async () => {
    await open();
    await expect(openEmbeddedLedger(options())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('commits what it accepted before it closes', async () => {
    const ledger = await open({ blockMaxAgeMs: 60_000 });
    const client = await clientOf(ledger);
    const endorsed = await client.endorse({ fn: 'put', args: ['a', 'x'] });
    await client.submit(endorsed);
    await ledger.close();
    expect(await (await open()).status(endorsed.txId)).toMatchObject({ code: 'VALID' });
  });

  it('cuts a block by count, and finds conflicts inside it', async () => {
    const ledger = await open({ blockMaxAgeMs: 60_000, blockMaxMessages: 3 });
    const client = await clientOf(ledger);
    const calls = [
      { fn: 'getThenPut', args: ['a', 'one'] },
      { fn: 'getThenPut', args: ['a', 'two'] },
      { fn: 'scanThenPut', args: ['a', 'b', 'sum', 'x'] },
    ];
    const endorsed = [];
    for (const call of calls) endorsed.push(await client.endorse(call));
    for (const one of endorsed) await client.submit(one);
    const statuses = await Promise.all(endorsed.map(({ txId }) => client.status(txId)));
    expect(statuses.map(({ block, position, code }) => [block, position, code])).toEqual([
      [2, 0, 'VALID'],
      [2, 1, 'MVCC_READ_CONFLICT'],
      [2, 2, 'PHANTOM_READ_CONFLICT'],
    ]);
    const block = readBlock((await readBlocks(ledger))[2]!);
    expect(block.validationCodes.map(validationCodeName)).toEqual(statuses.map(({ code }) => code));
  });

  it('lets a policy change refuse a later write in the same block', async () => {
    const ledger = await open({ blockMaxAgeMs: 60_000, blockMaxMessages: 2 });
    const client = await clientOf(ledger);
    const pairs = [
      [
        { fn: 'put', args: ['a', 'one'] },
        { fn: 'put', args: ['b', 'one'] },
      ],
      [
        { fn: 'setPolicy', args: ['a', 'AlphaMSP'] },
        { fn: 'put', args: ['a', 'two'] },
      ],
    ];
    const codes = [];
    for (const pair of pairs) {
      const endorsed = await Promise.all(pair.map((call) => client.endorse(call)));
      for (const one of endorsed) await client.submit(one);
      for (const { txId } of endorsed) codes.push((await client.status(txId)).code);
    }
    expect(codes).toEqual(['VALID', 'VALID', 'VALID', 'ENDORSEMENT_POLICY_FAILURE']);
  });

  it('shows an execution one state, whatever commits meanwhile', async () => {
    const ledger = await open({ blockMaxAgeMs: 0 });
    const client = await clientOf(ledger);
    await client.run('put', client.key('r0'), '0');
    const writing = Array.from({ length: 20 }, (_, n) =>
      client.run('put', client.key(`r${n}`), 'x'),
    );
    const reading = Array.from({ length: 20 }, () =>
      client.endorse({ fn: 'scanThenPut', args: [client.prefix, client.key('~'), 'sum', 'x'] }),
    );
    // Members that saw different states would answer differently, and endorsing would fail.
    await expect(Promise.all([...writing, ...reading])).resolves.toHaveLength(40);
  });
});

describe('certificates', () => {
  it('revoked ones are refused from the next configuration block on', async () => {
    const ledger = await open();
    const client = await clientOf(ledger);
    await client.run('put', 'a', 'one');
    const pending = await client.endorse({ fn: 'put', args: ['a', 'two'] });

    const authority = consortium.authorities.get('AlphaMSP')!;
    const { serialNumber } = new X509Certificate(person.certificate);
    await authority.revoke(serialNumber.toLowerCase(), 'keyCompromise');
    await ledger.updateMsps([authority.describeMsp()]);

    const refused = { code: 'IDENTITY_REFUSED' };
    await expect(client.endorse({ fn: 'put', args: ['a', 'x'] })).rejects.toMatchObject(refused);
    await expect(client.submit(pending)).rejects.toMatchObject(refused);
    const blocks = await readBlocks(ledger);
    const config = readConfig(blocks.at(-1)!);
    expect(config.sequence).toBe(1);
    expect(readBlockSignatures(readBlock(blocks.at(-1)!)).lastConfig).toBe(blocks.length - 1);
  });

  it('of two members can be renewed one after the other', async () => {
    const ledger = await open();
    const revoke = async (mspId: string) => {
      const authority = consortium.authorities.get(mspId)!;
      const { certificate } = await consortium.enrol(mspId);
      await authority.revoke(
        new X509Certificate(certificate).serialNumber.toLowerCase(),
        'superseded',
      );
      return authority.describeMsp();
    };
    await Promise.all([
      ledger.updateMsps([await revoke('AlphaMSP')]),
      ledger.updateMsps([await revoke('BetaMSP')]),
    ]);
    const { members, sequence } = readConfig((await readBlocks(ledger)).at(-1)!);
    expect(sequence).toBe(2);
    for (const mspId of ['AlphaMSP', 'BetaMSP']) {
      const authority = consortium.authorities.get(mspId)!;
      const member = members.find((candidate) => candidate.mspId === mspId)!;
      expect(member.revocations).toEqual(authority.describeMsp().revocations);
    }
    await expect(ledger.updateMsps([{ ...members[0]!, mspId: 'NobodyMSP' }])).rejects.toMatchObject(
      {
        code: 'UNKNOWN_MEMBER',
      },
    );
  });

  it('expired ones are refused, and so is a member that nobody knows', async () => {
    const later = Date.now() + 40 * 86_400_000;
    const ledger = await open({ now: () => later });
    const client = await clientOf(ledger);
    const call = { fn: 'put', args: ['a', 'x'], at: later };
    await expect(client.endorse(call)).rejects.toMatchObject({ code: 'IDENTITY_REFUSED' });
    const unknown = { ...person, creator: Buffer.from('0a03466f6f', 'hex') };
    await expect(client.endorse({ ...call, by: unknown })).rejects.toMatchObject({
      code: 'UNKNOWN_MEMBER',
    });
  });

  it('not yet valid ones are refused', async () => {
    let time = Date.now();
    const ledger = await open({ now: () => time });
    const client = await clientOf(ledger);
    time -= 40 * 86_400_000;
    const call = { fn: 'put', args: ['a', 'x'], at: time };
    await expect(client.endorse(call)).rejects.toMatchObject({
      code: 'IDENTITY_REFUSED',
      message: 'CERTIFICATE_NOT_YET_VALID',
    });
  });

  it('a network with another policy is a new definition', async () => {
    await (await open()).close();
    const network = { ...consortium.network, endorsementThreshold: 3 };
    const ledger = await open({ network });
    expect(ledger.facts().definitions).toEqual([
      { sequence: 1, block: 1, transaction: 0 },
      { sequence: 2, block: 2, transaction: 0 },
    ]);
    const client = await clientOf(ledger);
    const call = { fn: 'put', args: ['a', 'x'], endorsers: ['AlphaMSP', 'BetaMSP'] };
    expect((await client.invoke(call)).code).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect((await client.run('put', 'a', 'x')).code).toBe('VALID');
  });
});

describe('when a write fails', () => {
  it('the ledger stops and says so, and what was not written is not there', async () => {
    await (await open()).close();
    const store = await openStore(`${consortium.directory}/ledger`);
    const ledger = new EmbeddedLedger(store, options());
    await ledger.start();
    ledger.install(contracts);
    const client = await clientOf(ledger);
    await client.run('put', 'a', 'one');
    const height = await ledger.height();

    const endorsed = await client.endorse({ fn: 'put', args: ['a', 'two'] });
    vi.spyOn(store, 'append').mockRejectedValueOnce(new Error('EIO: i/o error, fsync'));
    const following = ledger.blocks(height)[Symbol.asyncIterator]().next();
    await client.submit(endorsed);
    const stopped = { code: 'STOPPED' };
    await expect(client.status(endorsed.txId)).rejects.toMatchObject(stopped);
    await expect(following).rejects.toMatchObject(stopped);
    await expect(client.run('put', 'a', 'three')).rejects.toMatchObject(stopped);
    await ledger.close();

    const again = await open();
    expect(await again.height()).toBe(height);
    expect(await (await clientOf(again)).evaluate('get', 'a')).toBe('one');
  });
});
