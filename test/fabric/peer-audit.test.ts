/** `tabellion audit --from-peer` on the captured chain, from peers that serve it well and badly. */
import '@tabellion/proof/node';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { expect, it, onTestFinished } from 'vitest';
import { makeTestDirectory, runCli } from '../../gateway/src/cli/testing.ts';
import { MemberCa } from '../../gateway/src/identity/ca.ts';
import { createCsr, generatePrivateKey, writePrivateKey } from '../../gateway/src/identity/key.ts';
import { readPeerBlocks } from '../../gateway/src/ledger/peer-blocks.ts';
import { enrolAt } from '../conformance/embedded-network.ts';
import { type Answer, type FakePeer, FORBIDDEN, SUCCESS, startFakePeer } from './fake-peer.ts';
import { readVectorBlocks, vectorPath } from './vectors.ts';

const blocks = readVectorBlocks('evidence');
const last = blocks.length - 1;
const honest: Answer = { blocks, status: SUCCESS };

async function serve(answer: Answer): Promise<FakePeer> {
  const peer = await startFakePeer(answer);
  onTestFinished(async () => peer[Symbol.asyncDispose]());
  return peer;
}

/** The chain with one block changed. */
function change(number: number, edit: (block: common.Block) => void): Answer {
  const block = common.Block.deserializeBinary(blocks[number]!);
  edit(block);
  return { blocks: blocks.with(number, block.serializeBinary()), status: SUCCESS };
}

/** Of the last block, as MVCC_READ_CONFLICT: nothing that a block's hash or signature covers. */
const otherCodes = change(last, (block) => {
  const metadata = block.getMetadata()!;
  metadata.setMetadataList(metadata.getMetadataList_asU8().with(2, new Uint8Array([11])));
});

const otherTransaction = change(last, (block) => {
  const data = block.getData()!;
  const [envelope, ...more] = data.getDataList_asU8();
  data.setDataList([envelope!.with(100, envelope![100]! ^ 1), ...more]);
});

async function openAuditor() {
  const home = await makeTestDirectory();
  const at = (name: string) => join(home, name);
  const mspId = 'SgAgencyMSP';
  const ca = await MemberCa.open({ directory: at('ca'), mspId, embedded: false });
  const key = generatePrivateKey();
  const subject = { ou: 'client', role: 'auditor', keyCustody: 'person', days: 1 } as const;
  await writeFile(at('auditor.pem'), await ca.issue(await createCsr(key), subject));
  await writePrivateKey(at('auditor-key.pem'), key);
  const who = [
    '--certificate',
    at('auditor.pem'),
    '--key',
    at('auditor-key.pem'),
    '--member',
    mspId,
  ];
  return {
    ca,
    audit: async (...peers: readonly (FakePeer | string)[]) => {
      const roots = peers.filter((peer) => typeof peer !== 'string').map((peer) => peer.tlsRoot);
      await writeFile(at('roots.pem'), roots.join(''));
      const from = peers.flatMap((peer) => [
        '--from-peer',
        typeof peer === 'string' ? peer : peer.address,
      ]);
      const trust = ['--trust', vectorPath('evidence/trust.json')];
      const args = ['audit', ...from, '--tls-root', at('roots.pem'), ...who, ...trust, '--json'];
      const { exit, stdout } = await runCli(args, { home });
      return { exit, report: JSON.parse(stdout) };
    },
  };
}

it('reads the whole channel and says from whom', async () => {
  const { audit } = await openAuditor();
  const peer = await serve(honest);
  const { exit, report } = await audit(peer);
  expect(report).toMatchObject({
    outcome: 'CLEAN',
    height: blocks.length,
    sources: [{ name: peer.address, height: blocks.length }],
  });
  expect(exit).toBe(0);
});

it.each([
  ['a transaction altered', otherTransaction, { code: 'DATA_HASH_MISMATCH', block: last }],
  ['other validation codes', otherCodes, { code: 'VALIDATION_CODE_WRONG', block: last }],
  [
    'a block left out',
    { blocks: blocks.toSpliced(4, 1), status: SUCCESS },
    { code: 'BLOCK_MISSING', block: 4 },
  ],
  ['no block at all', { blocks: [], status: SUCCESS }, { code: 'BLOCK_MISSING', block: 0 }],
])('finds %s by a peer in the middle', async (_, answer, found) => {
  const { audit } = await openAuditor();
  const { exit, report } = await audit(await serve(answer));
  expect(report).toMatchObject({ outcome: 'BROKEN', break: found });
  expect(exit).toBe(10);
});

it('compares peers, names the one that serves something else, and shows who is behind', async () => {
  const { audit } = await openAuditor();
  const [one, other] = [await serve(honest), await serve(otherCodes)];
  const { exit, report } = await audit(one, other);
  expect(report).toMatchObject({ break: { code: 'PEERS_DISAGREE', block: last } });
  expect(report.break.detail).toContain(`other validation codes at ${other.address}`);
  expect(exit).toBe(10);

  const behind = await serve({ blocks: blocks.slice(0, 5), status: SUCCESS });
  for (const peers of [
    [one, behind],
    [behind, one],
  ] as const) {
    const lagging = await audit(...peers);
    expect(lagging.report).toMatchObject({
      outcome: 'CLEAN',
      // Whichever is named first, all that either has is audited.
      height: blocks.length,
      sources: peers.map(({ address }) => ({
        name: address,
        height: address === behind.address ? 5 : blocks.length,
      })),
    });
  }
});

it('never takes a peer that does not serve for a clean ledger', async () => {
  const { audit } = await openAuditor();
  const peer = await serve(honest);
  const away = await startFakePeer(honest);
  await away[Symbol.asyncDispose]();
  expect(await audit(away)).toMatchObject({ exit: 1, report: { error: { code: 'UNAVAILABLE' } } });
  const second = await audit(peer, away);
  expect(second).toMatchObject({ exit: 1, report: { error: { code: 'UNAVAILABLE' } } });
  expect(second.report.error.message).toContain(away.address);
  const closed = await audit(await serve({ blocks: [], status: FORBIDDEN }));
  expect(closed).toMatchObject({ exit: 1, report: { error: { code: 'IDENTITY_REFUSED' } } });
  // Its certificate is of an authority that nobody named.
  const impostor = await audit(peer.address, away);
  expect(impostor).toMatchObject({ exit: 1, report: { error: { code: 'UNAVAILABLE' } } });
});

it('does not wait for ever for a peer that falls silent', async () => {
  const { ca } = await openAuditor();
  const { address, tlsRoot } = await serve({ blocks: blocks.slice(0, 3) });
  const read: number[] = [];
  const reading = async () => {
    const signer = await enrolAt(ca, 'auditor');
    const peer = { address, tlsRoot };
    for await (const bytes of readPeerBlocks({ peer, channel: 'evidence', signer, idleMs: 300 })) {
      read.push(bytes.length);
    }
  };
  await expect(reading()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(read).toHaveLength(3);
});
