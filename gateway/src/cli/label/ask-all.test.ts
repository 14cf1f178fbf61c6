/** A gateway that fails or lies half way: what was not answered never reads as an answer. */
import type { IncomingMessage } from 'node:http';
import { canonicalBytes, canonicalText, type Trust, toBase64url } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import type { Query } from '../../label/screen.ts';
import { commitScreening } from '../../label/screening-entry.ts';
import { createGatewayClient } from '../gateway-client.ts';
import type { Session } from '../session.ts';
import { serveTest } from '../testing.ts';
import { askAll } from './ask-all.ts';
import type { Asked } from './screen-input.ts';

const PURPOSE = 'CASE-2026-1';

/** Answers NO_LABEL throughout, on record; `spoil` changes what a request is answered with. */
async function openGateway(spoil: (answer: Answer, request: number) => Answer | number) {
  let requests = 0;
  const gateway = await serveTest(async (request, response) => {
    const { queries } = (await readJson(request)) as { queries: Query[] };
    const answer = spoil(answerAll(queries), requests);
    requests += 1;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const { signal } = new AbortController();
  const client = createGatewayClient({ gateway, token: async () => 'token', signal });
  const ask = (asked: readonly Asked[], trust?: Trust) =>
    askAll({ client } as Session, asked, {
      ...{ purpose: PURPOSE, asOf: undefined, trust },
      onAnswered: () => undefined,
    });
  return { ask, requests: () => requests };
}

type Answer = ReturnType<typeof answerAll>;

function answerAll(queries: readonly Query[]) {
  const answers = queries.map(({ address, reference }) => ({
    submitted: address,
    ...(reference !== undefined && { reference }),
    ...{ verdict: 'NO_LABEL', address, networks: ['eip155:1'], labels: [] },
  }));
  const { commitment, answers: digest, secret } = commitScreening(queries, canonicalText(answers));
  const entry = {
    ...{
      type: 'tabellion.journalEntry',
      v: 1,
      at: 5,
      member: 'SgAgencyMSP',
      who: null,
      role: null,
    },
    ...{ operation: 'screenAddresses', salt: 'A'.repeat(22), kind: 'SCREENING', purpose: PURPOSE },
    ...{ queries: queries.length, commitment, answers: digest, height: 7 },
    ledger: 'e'.repeat(64),
  };
  const seal = { first: 1, size: 1, hashes: [], certificate: 'none', signature: 'AAAA' };
  const receipt = { position: 1, entry: toBase64url(canonicalBytes(entry)), seal, secret };
  return { height: 7, at: 5, rule: null, answers, receipt };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

const questions = (count: number): Asked[] =>
  Array.from({ length: count }, (_, index) => ({
    query: { address: `a${index}`, reference: `${index}` },
  }));

describe('many addresses', () => {
  it('are asked a thousand at a time, and keep their places', async () => {
    const { ask, requests } = await openGateway((answer) => answer);
    const asked = questions(2500);
    asked.splice(1200, 0, {
      answer: { submitted: '', verdict: 'INVALID', code: 'ENTRY_MALFORMED' },
    });
    const { answers, parts, failed } = await ask(asked);
    expect(requests()).toBe(3);
    expect(failed).toBeUndefined();
    expect(parts.map(({ from, size }) => [from, size])).toEqual([
      ...[
        [0, 1000],
        [1000, 1000],
        [2000, 500],
      ],
    ]);
    expect(answers[1200]).toMatchObject({ verdict: 'INVALID' });
    expect(answers.map(({ submitted }) => submitted)).toEqual(
      asked.map((each) => ('query' in each ? each.query.address : '')),
    );
  });

  it('that are not answered to the end read ERROR from there on', async () => {
    const { ask, requests } = await openGateway((answer, request) =>
      request === 1 ? 503 : answer,
    );
    const { answers, receipts, failed } = await ask(questions(2500));
    expect(requests()).toBe(2);
    expect(failed?.code).toBe('HTTP_503');
    expect(receipts).toHaveLength(1);
    const verdicts = answers.map(({ verdict }) => verdict);
    expect(verdicts.slice(0, 1000).every((verdict) => verdict === 'NO_LABEL')).toBe(true);
    expect(verdicts.slice(1000).every((verdict) => verdict === 'ERROR')).toBe(true);
    expect(answers).toHaveLength(2500);
    expect(answers[2499]).toMatchObject({
      submitted: 'a2499',
      reference: '2499',
      code: 'HTTP_503',
    });
  });

  it('of which none is answered are a failure', async () => {
    const { ask } = await openGateway(() => 503);
    await expect(ask(questions(2))).rejects.toMatchObject({ code: 'HTTP_503' });
  });
});

describe('a gateway that answers otherwise than it puts on record', () => {
  const change = (change: (answer: Answer) => object) => (answer: Answer) =>
    ({ ...answer, ...change(answer) }) as Answer;
  it.each<[string, (answer: Answer) => Answer, string]>([
    [
      'leaves one out',
      change(({ answers }) => ({ answers: answers.slice(1) })),
      'RECEIPT_MISMATCH',
    ],
    [
      'turns them round',
      change(({ answers }) => ({ answers: answers.toReversed() })),
      'RECEIPT_MISMATCH',
    ],
    ['says another height', change(() => ({ height: 8 })), 'RECEIPT_MISMATCH'],
    [
      'commits to other addresses',
      () => answerAll([{ address: 'x' }, { address: 'y' }]),
      'RECEIPT_MISMATCH',
    ],
    [
      'has no receipt worth the name',
      change(({ receipt }) => ({ receipt: { ...receipt, entry: 'e30' } })),
      'RECEIPT_MISMATCH',
    ],
    [
      'knows another verdict',
      change(({ answers }) => ({
        answers: answers.map((answer) => ({ ...answer, verdict: 'CLEAN' })),
      })),
      'BAD_ANSWER',
    ],
  ])('that %s is found out', async (_, spoil, code) => {
    const { ask } = await openGateway(spoil);
    await expect(ask(questions(2))).rejects.toMatchObject({ code });
  });

  it('that signs with a key that the profile’s trust file does not cover is found out', async () => {
    const { ask } = await openGateway((answer) => answer);
    const nobody = { genesis: 'e'.repeat(64), members: [] } as unknown as Trust;
    await expect(ask(questions(2), nobody)).rejects.toMatchObject({
      ...{ code: 'RECEIPT_MISMATCH', message: expect.stringContaining('UNKNOWN_MEMBER') },
    });
  });
});
