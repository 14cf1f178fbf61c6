import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningNode } from '../../gateway/src/node/start-node.ts';
import { startGatewayProcess } from './gateway-process.ts';
import {
  answerEvidence,
  CN,
  collectEvidence,
  DE,
  type GatewayWorld,
  openGatewayWorld,
  SG,
} from './gateway-world.ts';
import { fabric } from './test-network.ts';

const title = `a member’s gateway on Fabric${fabric.missing ? ` (skipped: ${fabric.missing})` : ''}`;

describe.skipIf(fabric.missing !== undefined)(title, () => {
  let world: GatewayWorld;
  let cn: RunningNode;
  beforeAll(async () => {
    world = await openGatewayWorld();
    cn = await world.start(CN);
    await world.start(SG);
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  it('founds the consortium, and certifies a person who signs in at the member’s issuer', async () => {
    expect(await world.init(CN, 'investigator')).toMatchObject({ member: CN });
    const members = await world.run(CN, ['member', 'list']);
    expect(members.items).toHaveLength(4);
  });

  it('refuses people of another member', async () => {
    world.issuer.become({ member: SG, role: 'investigator' });
    const authorization = `Bearer ${await world.issuer.token()}`;
    const answer = await fetch(`${cn.address}/v1/whoami`, { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('anchors files, and the member that they touch answers from its own gateway', async () => {
    const id = await collectEvidence(world);
    await world.init(SG, 'liaisonAuthority');
    expect(await answerEvidence(world, id)).toMatchObject({ code: 'VALID' });
    const shown = await world.run(SG, ['evidence', 'show', id]);
    expect(shown.closing).toMatchObject({ record: { items: 3, batches: 1, unread: 0 } });
  });

  const verify = (trust: string) => ['verify', world.at('proof.json'), '--trust', world.at(trust)];

  it('gives proofs that tell an intact file from an altered one, with no gateway at all', async () => {
    const args = [...verify('trust.json'), '--file'];
    const intact = await world.run('court', [...args, world.at('seized/b.txt')]);
    expect(intact).toMatchObject({ code: 'INTACT', claims: { endorsers: { length: 2 } } });
    const altered = await world.run('court', [...args, world.at('seized/a.txt')], 10);
    expect(altered).toMatchObject({ code: 'FILE_DIGEST_MISMATCH' });
  });

  it('writes a trust file of this network, not of an embedded ledger, and of whom counts', async () => {
    const trust = JSON.parse(await readFile(world.at('trust.json'), 'utf8'));
    const [definition] = trust.definitions;
    expect(trust.ledger).toBe('fabric');
    expect(definition.members).toHaveLength(4);
    const others = { ...trust, definitions: [{ ...definition, members: ['NobodyMSP'] }] };
    for (const [changed, code] of [
      [others, 'UNKNOWN_MEMBER'],
      [{ ...trust, ledger: 'embedded' }, 'WRONG_LEDGER_KIND'],
    ] as const) {
      await writeFile(world.at('other.json'), JSON.stringify(changed));
      expect(await world.run('court', verify('other.json'), 11)).toMatchObject({ code });
    }
  });

  it('is audited over its blocks, by either member, and found clean', async () => {
    for (const mspId of [CN, SG]) {
      const report = await world.run(mspId, ['audit', '--trust', world.at('trust.json')]);
      expect(report).toMatchObject({
        outcome: 'CLEAN',
        break: null,
        counts: { acquisitions: 1, batches: 1, items: 3, invalid: 0 },
      });
    }
  });

  it('goes on where it stopped when it is started again', async () => {
    const { address } = await world.start(CN);
    world.issuer.become({ member: CN, role: 'investigator' });
    const gateway = ['--gateway', address];
    const login = ['login', ...gateway, '--issuer', world.issuer.issuer, '--progress', 'json'];
    await world.run(CN, login);
    const found = await world.run(CN, [
      ...['evidence', 'find', world.at('seized/b.txt'), ...gateway],
    ]);
    expect(found.items).toHaveLength(1);
  });

  it.each([
    ['of a network of ours', undefined],
    ['that a file describes', 'gateway'],
  ] as const)('is what scripts/start runs for a member %s', async (_, sdk) => {
    const started = { member: DE, data: world.at('gateway-started'), ...(sdk && { sdk }) };
    const gateway = await startGatewayProcess(world, started);
    try {
      expect(gateway.told.users).toEqual([]);
      world.issuer.become({ member: DE, role: 'auditor' });
      const authorization = `Bearer ${await world.issuer.token()}`;
      const me = await fetch(`${gateway.address}/v1/whoami`, { headers: { authorization } });
      expect(await me.json()).toMatchObject({ member: DE, role: 'auditor' });
    } finally {
      expect(await gateway.end('SIGTERM')).toEqual([0, null]);
    }
  });
});
