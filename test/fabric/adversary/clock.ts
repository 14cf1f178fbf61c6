/** A client whose clock is a day off, either way. */
import { randomBytes } from 'node:crypto';
import { canonicalBytes, toBase64url } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { draftAcquisition } from '../../../gateway/src/evidence/testing.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../../../gateway/src/identity/key.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import type { LedgerPort } from '../../../gateway/src/ledger/port.ts';
import { buildProposal, NONCE_BYTES } from '../../../gateway/src/ledger/proposal.ts';
import { CN, DE, EXCHANGE } from '../gateway-world.ts';
import { errorOf, expectNothingWritten, MEMBERS, refusalOf, type World } from './world.ts';

const DAY = 86_400_000;

export function describeClock(world: () => World): void {
  let enrolled: ReturnType<typeof enrolByHttp> | undefined;

  describe.each([
    ['a day slow', -DAY],
    ['a day fast', DAY],
  ])('a client whose clock is %s', (_, off) => {
    const now = () => Date.now() + off;

    /** An acquisition that the client's clock has begun a minute ago, dated by that clock. */
    async function proposeByClock(ledger: LedgerPort, signer: Signer) {
      const input = draftAcquisition('CN', 'cn-cpl-136', { startedAt: now() - 60_000 });
      const { proposal: bytes } = buildProposal({
        ...{ channel: ledger.channel, chaincode: ledger.chaincode, creator: signer.creator },
        ...{ transaction: 'evidence:acquire', args: [canonicalBytes(input)] },
        ...{ nonce: randomBytes(NONCE_BYTES), at: now() },
      });
      return { bytes, signature: await signer.sign(bytes) };
    }

    it('signs nothing: it finds the proposal to be of another time than its own', async () => {
      await expectNothingWritten(world(), async () => {
        const input = draftAcquisition('CN', 'cn-cpl-136');
        const error = await errorOf(world().act('evidence:acquire', input, { now }));
        expect(error.code).toBe('CLOCK_SKEW');
        expect(error.message).toMatch(/86400 s|864\d\d s|863\d\d s/);
      });
    });

    it('is refused by the gateway when it dates its proposals itself', async () => {
      const { ledger } = world();
      enrolled ??= enrolByHttp(world());
      const { signer, post } = await enrolled;
      await expectNothingWritten(world(), async () => {
        const { bytes, signature } = await proposeByClock(ledger(CN), signer);
        const refused = await post('/v1/acts/endorse', {
          ...{ proposal: toBase64url(bytes), signature: toBase64url(signature) },
        });
        expect(refused).toMatchObject({ status: 422, answer: { code: 'CLOCK_SKEW' } });
      });
    });

    it('is refused by every member’s peer, so that no gateway of its own helps', async () => {
      const { investigator, ledger } = world();
      await expectNothingWritten(world(), async () => {
        for (const mspId of MEMBERS) {
          const signed = await proposeByClock(ledger(CN), investigator);
          const alone = ledger(CN).endorse(signed, { endorsers: [mspId] });
          expect(await refusalOf(alone), mspId).toBe('CLOCK_SKEW');
        }
        const signed = await proposeByClock(ledger(CN), investigator);
        const endorsers = [CN, DE, EXCHANGE];
        const together = ledger(CN).endorse(signed, { endorsers });
        expect(await refusalOf(together)).toBe('CLOCK_SKEW');
      });
    });
  });

  it('items that are dated a day ahead are refused by the contract', async () => {
    await expectNothingWritten(world(), async () => {
      const input = draftAcquisition('CN', 'cn-cpl-136', { startedAt: Date.now() + DAY });
      const act = world().act('evidence:acquire', input);
      await expect(act).rejects.toMatchObject({ contractCode: 'TIME_IN_FUTURE' });
    });
  });
}

/** A person of CN who signs in and has a key certified, without our client. */
async function enrolByHttp({ issuer, gateway }: World) {
  issuer.become({ member: CN, role: 'investigator' });
  const headers = {
    authorization: `Bearer ${await issuer.token()}`,
    'content-type': 'application/json',
  };
  const post = async (path: string, body: object) => {
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(gateway.address + path, request);
    const answer = (await response.json()) as { certificate: string; code?: string };
    return { status: response.status, answer };
  };
  const key = generatePrivateKey();
  const { answer } = await post('/v1/member/enrol', { csr: await createCsr(key) });
  return { signer: signerFromPem(CN, answer.certificate, key), post };
}
