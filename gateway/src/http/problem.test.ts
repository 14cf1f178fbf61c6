import { JsonError } from '@tabellion/proof';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LedgerError } from '../ledger/port.ts';
import { PROBLEMS, Problem, problemDocument, toProblem } from './problem.ts';

describe('toProblem', () => {
  it('keeps a contract code and takes it out of the text', () => {
    const error = new LedgerError('CONTRACT', 'CHAIN_CONFLICT: the head is at 3', {
      contractCode: 'CHAIN_CONFLICT',
    });
    expect(toProblem(error).toJSON()).toEqual({
      type: '/docs/problems/CHAIN_CONFLICT',
      title: PROBLEMS.CHAIN_CONFLICT[1],
      status: 409,
      detail: 'the head is at 3',
      code: 'CHAIN_CONFLICT',
    });
  });

  it('answers an unlisted contract code as the contract’s refusal, not as a failure', () => {
    const error = new LedgerError('CONTRACT', 'NEWER: x', { contractCode: 'NEWER' });
    expect(toProblem(error)).toMatchObject({ code: 'CONTRACT', status: 422 });
  });

  it('tells nothing of an error that it does not know', () => {
    const problem = toProblem(new Error('password is 1234'));
    expect(problem.code).toBe('INTERNAL');
    expect(JSON.stringify(problem)).not.toContain('1234');
  });

  it('tells nothing of why the ledger is unreachable', () => {
    const problem = toProblem(new LedgerError('UNAVAILABLE', 'connect 10.1.2.3'));
    expect(problem.status).toBe(503);
    expect(JSON.stringify(problem)).not.toContain('10.1.2.3');
  });

  it('names the members whose peers do not answer, and nothing else of why', () => {
    const context = { members: ['SgAgencyMSP', 'DeAgencyMSP'], cause: new Error('10.0.0.7') };
    const away = toProblem(new LedgerError('UNAVAILABLE', 'no answer at 10.0.0.7', context));
    expect(away.message).toBe(
      'No answer by the peers of SgAgencyMSP, DeAgencyMSP, which have to endorse it',
    );
    expect([away.code, away.status]).toEqual(['UNAVAILABLE', 503]);
  });

  it('maps strict JSON errors', () => {
    expect(toProblem(new JsonError('JSON_DUPLICATE_KEY', 'a'))).toMatchObject({ status: 400 });
    expect(toProblem(new JsonError('JSON_TOO_LARGE', 'a'))).toMatchObject({ status: 413 });
  });

  it('names the fields of a schema error', () => {
    const { error } = z.strictObject({ a: z.array(z.int()) }).safeParse({ a: [1, 'x'] });
    expect(toProblem(error).errors).toEqual([
      { path: 'a.1', message: 'Invalid input: expected number, received string' },
    ]);
  });

  it('fits the schema that the OpenAPI document shows', () => {
    const problem = new Problem('BAD_INPUT', 'x', { errors: [{ path: 'a', message: 'b' }] });
    expect(problemDocument.parse(JSON.parse(JSON.stringify(problem)))).toBeTruthy();
  });
});

it('gives every code a client or server error status', () => {
  for (const [status, title] of Object.values(PROBLEMS)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).not.toBe('');
  }
});
