/** Every refusal of the word `label`, each one change away from an act that is taken. */
import { MAX_LABEL_ACTS } from '@tabellion/chaincode/label/record';
import type { Role } from '@tabellion/chaincode/member/record';
import { assertLabels, missLabels, sampleDispute } from './label-scene.ts';
import type { World } from './world.ts';

export function labelRefusals(world: () => World) {
  const person = (member: string, role: Role) => world().person(member, role);
  const reason = 'seen in our own case';
  return {
    OWN_LABEL: async () => ({
      by: await person('CnMSP', 'prosecutor'),
      name: 'label:dispute',
      input: sampleDispute((await assertLabels(world())).one(1)),
    }),
    NOT_THE_ASSERTER: async () => ({
      by: await person('SgMSP', 'investigator'),
      name: 'label:withdraw',
      input: { ...(await assertLabels(world())).one(1), reason },
    }),
    LABEL_WITHDRAWN: async () => {
      const { batch, one } = await assertLabels(world());
      const analyst = await person('CnMSP', 'analyst');
      await world().act(analyst, 'label:withdraw', { batch, reason });
      const by = await person('SgMSP', 'analyst');
      return { by, name: 'label:opine', input: { ...one(0), opinion: 20, reason } };
    },
    FETCH_TIME_RUNNING: async () => ({
      by: await person('SgMSP', 'liaisonAuthority'),
      name: 'label:miss',
      input: { batch: (await assertLabels(world())).batch, reason },
    }),
    LABEL_WITHHELD: async () => {
      const { batch, one } = await assertLabels(world());
      await missLabels(world(), batch);
      const by = await person('SgMSP', 'analyst');
      return { by, name: 'label:opine', input: { ...one(0), opinion: 20, reason } };
    },
    LABEL_ACTS_USED_UP: async () => {
      const { one } = await assertLabels(world());
      const by = await person('SgMSP', 'liaisonAuthority');
      for (let count = 0; count < MAX_LABEL_ACTS; count += 1) {
        await world().act(by, 'label:dispute', sampleDispute(one(0)));
      }
      return { by, name: 'label:dispute', input: sampleDispute(one(0)) };
    },
    WITHDRAWAL_MISSING: async () => {
      const dispute = sampleDispute((await assertLabels(world())).one(2));
      await world().act(await person('SgMSP', 'liaisonAuthority'), 'label:dispute', dispute);
      return {
        name: 'label:answer',
        input: { dispute: dispute.id, position: 'WITHDRAWN', reason },
      };
    },
  };
}
