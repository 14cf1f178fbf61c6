import { peer } from '@hyperledger/fabric-protos';
import { readProposal, utf8 } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { encodeCreator } from '../creator.ts';
import { ReadWriteSet } from '../embedded/rwset.ts';
import { type EndorsedTransaction, LedgerError } from '../port.ts';
import { buildProposal, NONCE_BYTES } from '../proposal.ts';
import { cutProposal, encodeResponsePayload, encodeTransaction } from '../transaction.ts';
import { compareAnswers, describeComparison } from './deviating.ts';

const CHAINCODE = 'tabellion';
const MEMBERS = ['AlphaMSP', 'BetaMSP', 'GammaMSP', 'DeltaMSP'].map((mspId) => ({
  ...{ mspId, state: mspId === 'AlphaMSP' || mspId === 'BetaMSP' },
}));
const creator = encodeCreator('AlphaMSP', 'a certificate');
const { txId, proposal } = buildProposal({
  ...{ channel: 'evidence', chaincode: CHAINCODE, creator, at: 1_790_000_000_000 },
  ...{ transaction: 'evidence:acquire', args: [utf8('{}')], nonce: new Uint8Array(NONCE_BYTES) },
});

/** What a peer answers that reads `head` as of a block and writes this value. */
function answer(value: string, block: number): EndorsedTransaction {
  const rwset = new ReadWriteSet();
  rwset.read(CHAINCODE, 'head', { block, transaction: 0 });
  rwset.read(CHAINCODE, 'record', null);
  rwset.write(CHAINCODE, 'record', utf8(value));
  const response = new peer.Response();
  response.setStatus(200);
  const result = encodeResponsePayload({
    ...{ proposalHash: readProposal(proposal).proposalHash, chaincode: CHAINCODE, version: '1' },
    ...{ response, rwset: rwset.encode(), event: new Uint8Array() },
  });
  const endorsements = [{ endorser: creator, signature: new Uint8Array([1]) }];
  const payload = encodeTransaction(cutProposal(proposal), result, endorsements);
  return { txId, payload, result: utf8(value) };
}

type Answers = Readonly<Record<string, EndorsedTransaction | LedgerError | 'nothing'>>;

/** Members that are not named answer what most do. */
const compare = (answers: Answers, members = MEMBERS) =>
  compareAnswers({
    ...{ members, threshold: 2, answerMs: 50 },
    ask: async (mspId) => {
      const given = answers[mspId] ?? answer('agreed', 7);
      if (given === 'nothing') return new Promise(() => undefined);
      if (given instanceof LedgerError) throw given;
      return given;
    },
  });

const refusal = new LedgerError('CONTRACT', 'NOT_FOUND: head', { contractCode: 'NOT_FOUND' });

describe('the members’ answers to one proposal', () => {
  it('are alike', async () => {
    const found = await compare({});
    expect(found.agreed).toHaveLength(4);
    expect(describeComparison(found)).toBe('');
  });

  it('show who comes to another one from the same state', async () => {
    for (const { mspId } of MEMBERS) {
      const found = await compare({ [mspId]: answer('altered', 7) });
      expect(found).toMatchObject({ different: [mspId], behind: [], silent: [] });
      expect(found.agreed).toHaveLength(3);
      expect(describeComparison(found)).toContain(`by ${mspId} from`);
    }
  });

  it('show who is behind, and take it for no other answer', async () => {
    const found = await compare({ BetaMSP: answer('old', 6), GammaMSP: refusal });
    expect(found).toMatchObject({
      agreed: ['AlphaMSP', 'DeltaMSP'],
      different: [],
      behind: ['BetaMSP', 'GammaMSP'],
    });
    expect(describeComparison(found)).toBe('behind on the ledger: BetaMSP, GammaMSP');
  });

  it('show who is behind where only two are asked', async () => {
    const two = MEMBERS.slice(0, 2);
    const found = await compare({ AlphaMSP: answer('old', 6) }, two);
    expect(found).toMatchObject({ agreed: [], different: [], behind: ['AlphaMSP'] });
  });

  it('are not outvoted by one that claims to be ahead', async () => {
    const found = await compare({ DeltaMSP: answer('from nowhere', 1000) });
    expect(found).toMatchObject({
      agreed: ['AlphaMSP', 'BetaMSP', 'GammaMSP'],
      different: [],
      ahead: ['DeltaMSP'],
      behind: [],
    });
  });

  it('blame nobody alone where it is one word against another', async () => {
    const two = MEMBERS.slice(0, 2);
    const found = await compare({ BetaMSP: answer('altered', 7) }, two);
    expect(found).toMatchObject({ agreed: [], different: ['AlphaMSP', 'BetaMSP'] });
    expect(describeComparison(found)).toBe(
      'another answer to the same proposal by AlphaMSP, BetaMSP',
    );
  });

  it('of members that do not meet the policy are not agreed on', async () => {
    const found = await compare({
      AlphaMSP: answer('one', 7),
      BetaMSP: answer('another', 7),
    });
    // Two exchanges answer alike; no state does with them.
    expect(found.agreed).toEqual([]);
    expect(found.different).toHaveLength(4);
  });

  it('do not wait for who gives none', async () => {
    const gone = new LedgerError('UNAVAILABLE', 'connection refused');
    const found = await compare({ BetaMSP: 'nothing', GammaMSP: gone });
    expect(found).toMatchObject({
      agreed: ['AlphaMSP', 'DeltaMSP'],
      silent: expect.arrayContaining(['BetaMSP', 'GammaMSP']),
    });
  });

  it('may all be the same refusal', async () => {
    const all = Object.fromEntries(MEMBERS.map(({ mspId }) => [mspId, refusal]));
    expect(await compare(all)).toMatchObject({ isRefused: true, behind: [] });
    expect((await compare({ BetaMSP: refusal })).isRefused).toBe(false);
  });
});
