/** Those who may not act: with no certificate of a member's, with one that no longer holds, for another. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { draftAcquisition } from '../../../gateway/src/evidence/testing.ts';
import { MemberCa } from '../../../gateway/src/identity/ca.ts';
import type { Signer } from '../../../gateway/src/ledger/act.ts';
import { encodeCreator } from '../../../gateway/src/ledger/creator.ts';
import type { Signed } from '../../../gateway/src/ledger/port.ts';
import { layoutMember } from '../../../node-config/fabric/layout.ts';
import { enrolAt, enrolStranger } from '../../conformance/embedded-network.ts';
import { CN, SG } from '../gateway-world.ts';
import { expectNothingWritten, refusalOf, type World } from './world.ts';

const NETWORK = join(import.meta.dirname, '../../../scripts/network.ts');
const DAY = 86_400_000;

export function describeOutsiders(world: () => World): void {
  describe('an outsider', () => {
    const authorityOf = (mspId: string, now?: () => number) =>
      MemberCa.open({
        directory: layoutMember(world().network.directory, mspId).ca,
        ...{ mspId, embedded: false },
        ...(now && { now }),
      });
    const acquire = (signer: Signer, member = CN) =>
      refusalOf(
        world().act('evidence:acquire', draftAcquisition('CN', 'cn-cpl-136'), {
          ...{ signer, port: world().ledger(member) },
        }),
      );

    it('whom no authority of a member certified is refused by every member', async () => {
      const signer = await enrolStranger(world().network.directory, CN);
      await expectNothingWritten(world(), async () => {
        for (const member of [CN, SG]) {
          expect(await acquire(signer, member), member).toBe('IDENTITY_REFUSED');
        }
      });
    });

    it('with an expired certificate is refused', async () => {
      const authority = await authorityOf(CN, () => Date.now() - 31 * DAY);
      const signer = await enrolAt(authority, 'investigator');
      expect(new X509Certificate(signer.certificate).validToDate.getTime()).toBeLessThan(
        Date.now(),
      );
      await expectNothingWritten(world(), async () => {
        expect(await acquire(signer)).toBe('IDENTITY_REFUSED');
      });
    });

    it('of one member who says to be of another is refused, whoever signs', async () => {
      const { investigator, network } = world();
      const foreigner = await network.enrol(SG);
      const { certificate, sign } = investigator;
      const claims = { certificate, sign, mspId: SG, creator: encodeCreator(SG, certificate) };
      await expectNothingWritten(world(), async () => {
        expect(await acquire(claims)).toBe('IDENTITY_REFUSED');
        expect(await acquire(claims, SG)).toBe('IDENTITY_REFUSED');
        expect(await acquire({ ...investigator, sign: foreigner.sign })).toBe('BAD_SIGNATURE');
      });
    });

    it('cannot submit what a member’s person had endorsed', async () => {
      const { investigator, ledger, network } = world();
      const thieves = [await network.enrol(CN), await enrolStranger(network.directory, CN)];
      await expectNothingWritten(world(), async () => {
        for (const thief of thieves) {
          let stolen: Signed | undefined;
          const port = {
            prepare: ledger(CN).prepare.bind(ledger(CN)),
            endorse: ledger(CN).endorse.bind(ledger(CN)),
            submit: async (payload: Signed) => {
              const signature = await thief.sign(payload.bytes);
              stolen = { bytes: payload.bytes, signature };
              await ledger(CN).submit(stolen);
            },
            status: ledger(CN).status.bind(ledger(CN)),
          };
          const input = draftAcquisition('CN', 'cn-cpl-136');
          const act = world().act('evidence:acquire', input, { port, signer: investigator });
          expect(await refusalOf(act)).toBe('NOT_ACCEPTED');
        }
      });
    });

    it('whose certificate was revoked is refused once the channel says so', async () => {
      const { network } = world();
      const signer = await network.enrol(CN);
      expect(await acquire(signer)).toBe('NONE');
      const authority = await authorityOf(CN);
      const { serialNumber } = new X509Certificate(signer.certificate);
      await authority.revoke(serialNumber, 'keyCompromise');
      const publish = [NETWORK, 'publish-crl', CN, '--dir', network.directory];
      await promisify(execFile)(process.execPath, publish);
      for (const member of [CN, SG]) {
        await expect
          .poll(() => acquire(signer, member), { timeout: 60_000 })
          .toBe('IDENTITY_REFUSED');
      }
      await expectNothingWritten(world(), async () => {
        expect(await acquire(signer)).toBe('IDENTITY_REFUSED');
      });
    });
  });
}
