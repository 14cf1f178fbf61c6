/** A suspended member's people: kept out of reads as the contracts keep them out of acts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyEndpoint } from './endpoint.ts';
import {
  acquisitionInput,
  CN,
  DE,
  newId,
  openTestConsortium,
  SG,
  startTestGateway,
  type TestConsortium,
  type TestGateway,
  type TestPerson,
} from './testing.ts';

let consortium: TestConsortium;
let gateway: TestGateway;
const delegates = new Map<string, TestPerson>();
let investigator: TestPerson;
let stream: Promise<string>;

const GROUND = { legalBasis: { id: 'founding-agreement', version: 1 }, reason: 'by agreement' };

/** Proposed by CN and voted through by just as many as it takes. */
async function carry(change: unknown, voters: readonly string[]) {
  const id = newId(32);
  const proposed = await gateway.act(delegates.get(CN)!, 'member/propose', {
    id,
    change,
    ...GROUND,
  });
  expect([proposed.status, proposed.json.code]).toEqual([200, 'VALID']);
  for (const member of voters) {
    const { reason } = GROUND;
    const vote = { proposal: id, choice: 'YES', reason };
    const voted = await gateway.act(delegates.get(member)!, 'member/vote', vote);
    expect([voted.status, voted.json.code]).toEqual([200, 'VALID']);
  }
  await gateway.deps.projection.catchUp(AbortSignal.timeout(5000));
}

const call = async ({ method, path, access }: AnyEndpoint) => {
  const role = typeof access === 'string' ? 'auditor' : access[0]!;
  const values: Record<string, string> = {
    mspId: CN,
    register: 'method',
    index: '0',
    position: '1',
  };
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? newId());
  return gateway.call(method.toUpperCase(), filled, {
    token: await gateway.signIn(SG, role, `p-${role}`),
    ...(method === 'post' && { body: {} }),
  });
};

beforeAll(async () => {
  consortium = await openTestConsortium();
  gateway = await startTestGateway(consortium);
  for (const member of consortium.members) {
    delegates.set(member, await gateway.enrolPerson(member, 'delegate', `delegate of ${member}`));
  }
  investigator = await gateway.enrolPerson(SG, 'investigator', 'tan');
  const { token } = investigator;
  const followed = await gateway.request('GET', '/v1/events', { token });
  stream = followed.text().catch(() => 'cut off');
  const voters = consortium.members.filter((member) => member !== SG);
  await carry({ kind: 'SUSPEND', mspId: SG }, voters);
});
afterAll(async () => {
  await gateway?.close();
  await consortium?.close();
});

describe('people of a suspended member', () => {
  it('get nothing of what is not public, and the refusal is journalled', async () => {
    const closed = gateway.gateway.endpoints.filter(
      ({ access, own }) => !['public', 'grant', 'gateway'].includes(access as string) && !own,
    );
    expect(closed.length).toBeGreaterThan(20);
    for (const endpoint of closed) {
      const { status, json } = await call(endpoint);
      expect([endpoint.id, status, json.code]).toEqual([endpoint.id, 403, 'MEMBER_SUSPENDED']);
    }
    const last = gateway.journalStore.entries(SG, 1, 100_000).at(-1)!;
    expect(JSON.parse(Buffer.from(last.bytes).toString())).toMatchObject({
      kind: 'REFUSAL',
      member: SG,
      code: 'MEMBER_SUSPENDED',
    });
  });

  it('lose the stream that they had opened before', async () => {
    expect(await stream).toBe('cut off');
  });

  it('can still say who they are and revoke a stolen key', async () => {
    const own = gateway.gateway.endpoints.filter((endpoint) => endpoint.own);
    expect(own.map(({ id }) => id).sort()).toEqual(['enrol', 'renew', 'revoke', 'whoami']);
    const { token } = investigator;
    expect((await gateway.call('GET', '/v1/whoami', { token })).status).toBe(200);
    const revoked = await gateway.call('POST', '/v1/member/revoke', {
      token,
      body: { serial: 'abcd', reason: 'keyCompromise' },
    });
    expect([revoked.status, revoked.json.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('keep nobody else out', async () => {
    const token = await gateway.signIn(DE, 'auditor', 'braun');
    const { status } = await gateway.call('GET', '/v1/evidence/acquisitions', { token });
    expect(status).toBe(200);
  });

  it('are let in again once the members resume it', async () => {
    await carry({ kind: 'RESUME', mspId: SG }, [CN, DE]);
    const input = acquisitionInput({
      legalBases: [{ id: 'sg-cpc-39', version: 1 }],
      location: {
        systemJurisdiction: 'SG',
        mediumLocation: 'SG',
        source: { class: 'STANDALONE' },
      },
    });
    const { status, json } = await gateway.act(investigator, 'evidence/acquire', input);
    expect([status, json.detail]).toEqual([200, undefined]);
  });
});
