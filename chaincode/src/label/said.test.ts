/** What is told of one label is all that stands under its keys, and nothing of another label. */
import { describe, expect, it } from 'vitest';
import { digest, sampleAct } from '../../test/samples.ts';
import { ContractError } from '../kernel/errors.ts';
import type { State } from '../kernel/state.ts';
import { labelSaid } from './record.ts';
import { MAX_SAID, tellSaid } from './said.ts';

const BATCH = digest('a');
const LEAF = digest('b');
const OTHER = digest('c');
const basis = { id: 'treaty', version: 1 };
const place = (leaf: string) => ({ batch: BATCH, label: { leaf, index: 1 } });
const by = (member: string) => ({ act: sampleAct({ member }) });
const said = { v: 1, reason: 'as seen', legalBasis: basis };

const assertion = {
  ...{ type: 'tabellion.label-batch', v: 1, root: digest('1'), size: 4, manifest: digest('2') },
  ...{ taxonomy: basis, tlp: 'AMBER', legalBasis: basis, reason: 'found', flags: [] },
  ...by('CnMSP'),
};
const opinion = (subject: object, member: string) => ({
  ...{ type: 'tabellion.opinion', ...said, ...subject, opinion: 90 },
  ...by(member),
});
const dispute = (id: string, subject: object) => ({
  ...{ type: 'tabellion.dispute', ...said, ...subject, id, onBehalfOf: 'MEMBER' },
  ...{ answerer: 'CnMSP', answerBy: 9, timeWindowSeconds: 900 },
  ...by('SgMSP'),
});
const headOf = (ids: string[], subject: object) => ({
  ...{ type: 'tabellion.dispute-head', v: 1, ...subject, member: 'SgMSP', ids },
});

function stateOf(records: Record<string, unknown>): State {
  const find: State['find'] = async (schema, key) =>
    key in records ? schema.parse(records[key]) : undefined;
  return {
    find,
    load: async (schema, key) => {
      const found = await find(schema, key);
      if (found === undefined) throw new ContractError('NOT_FOUND', key);
      return found;
    },
    list: async (schema, prefix) =>
      Object.keys(records)
        .filter((key) => key.startsWith(prefix))
        .sort()
        .map((key) => schema.parse(records[key])),
  };
}

const one = '1'.repeat(32);
const two = '2'.repeat(32);
const RECORDS = {
  [`label-batch/${BATCH}`]: assertion,
  [`opinion/${BATCH}/${LEAF}/SgMSP/1`]: opinion(place(LEAF), 'SgMSP'),
  [`opinion/${BATCH}/${OTHER}/SgMSP/1`]: opinion(place(OTHER), 'SgMSP'),
  [`opinion/${BATCH}/all/DeMSP/1`]: opinion({ batch: BATCH }, 'DeMSP'),
  [`dispute-head/${BATCH}/${LEAF}/SgMSP`]: headOf([one], place(LEAF)),
  [`dispute-head/${BATCH}/${OTHER}/SgMSP`]: headOf([two], place(OTHER)),
  [`dispute/${one}`]: dispute(one, place(LEAF)),
  [`dispute/${two}`]: dispute(two, place(OTHER)),
  [`dispute-answer/${one}/${digest('7')}`]: {
    ...{ type: 'tabellion.dispute-answer', ...said, ...place(LEAF), dispute: one },
    ...{ position: 'MAINTAINED', overdue: false, timeWindowSeconds: 900 },
    ...by('CnMSP'),
  },
};

describe('what members have said of one label', () => {
  it('is its own and its batch’s, whole, each dispute before its answers', async () => {
    const told = labelSaid.parse(await tellSaid(stateOf(RECORDS), BATCH, LEAF));
    expect(told.assertion).toEqual(assertion);
    expect(told.said.map(({ type, act }) => `${type} ${act.member}`)).toEqual([
      'tabellion.opinion DeMSP',
      'tabellion.opinion SgMSP',
      'tabellion.dispute SgMSP',
      'tabellion.dispute-answer CnMSP',
    ]);
    const none = await tellSaid(stateOf(RECORDS), BATCH, digest('f'));
    expect(none.said.map(({ act }) => act.member)).toEqual(['DeMSP']);
  });

  it('is told of batches that are there, and only as far as one answer holds it', async () => {
    await expect(tellSaid(stateOf({}), BATCH, LEAF)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const many = (count: number) =>
      tellSaid(
        stateOf({
          [`label-batch/${BATCH}`]: assertion,
          ...Object.fromEntries(
            Array.from({ length: count }, (_, at) => [
              `opinion/${BATCH}/${LEAF}/SgMSP/${at}`,
              opinion(place(LEAF), 'SgMSP'),
            ]),
          ),
        }),
        BATCH,
        LEAF,
      );
    expect((await many(MAX_SAID)).said).toHaveLength(MAX_SAID);
    await expect(many(MAX_SAID + 1)).rejects.toMatchObject({ code: 'SAID_TOO_MUCH' });
  });
});
