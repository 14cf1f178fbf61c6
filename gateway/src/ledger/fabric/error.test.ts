import { Metadata, status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { describe, expect, it } from 'vitest';
import { explainEndorsement, explainSubmission, isPlanless } from './error.ts';
import { isTransient } from './wait.ts';

/** As fabric-gateway builds it from a peer's answer. */
function gatewayError(code: status, ...failures: [mspId: string, message: string][]): GatewayError {
  const message = `${code} ${status[code]}`;
  const cause = Object.assign(new Error(message), { code, details: '', metadata: new Metadata() });
  const details = failures.map(([mspId, text]) => ({ mspId, address: 'peer:7051', message: text }));
  return new GatewayError({ code, message, details, cause });
}

const refused = (message: string) => gatewayError(status.ABORTED, ['CnMSP', message]);

describe('explainEndorsement', () => {
  it('hands on what the contract said, with its code', () => {
    const error = refused('chaincode response 500, NOT_FOUND: no batch\nof that name');
    expect(explainEndorsement(error, 'tx')).toMatchObject({
      code: 'CONTRACT',
      contractCode: 'NOT_FOUND',
      message: 'NOT_FOUND: no batch\nof that name',
      txId: 'tx',
    });
  });

  it('keeps an answer without a code as the contract’s', () => {
    const explained = explainEndorsement(refused('chaincode response 500, broken'), 'tx');
    expect(explained).toMatchObject({ code: 'CONTRACT', contractCode: undefined });
  });

  it.each([
    ['ProposalResponsePayloads do not match', 'ENDORSEMENT_MISMATCH'],
    ['duplicate transaction found [ab]. Creator [0a0b]', 'DUPLICATE_TRANSACTION'],
    ['request unauthorized due to incorrect timestamp 1, peer time 2', 'CLOCK_SKEW'],
    [
      'access denied: channel [evidence] creator org unknown, creator is malformed',
      'IDENTITY_REFUSED',
    ],
    [
      'error validating proposal: access denied: channel [evidence] creator org [CnMSP]',
      'IDENTITY_REFUSED',
    ],
    ['proposal client identity expired', 'IDENTITY_REFUSED'],
    ["error validating proposal: incorrectly computed txid 'a' -- expected 'b'", 'BAD_PROPOSAL'],
    [
      'error in simulation: failed to execute transaction ab: error sending: chaincode stream terminated',
      'UNAVAILABLE',
    ],
    ['something else', 'ENDORSEMENT_FAILED'],
  ])('%s: %s', (message, code) => {
    expect(explainEndorsement(refused(message), 'tx')).toMatchObject({ code });
  });

  it('names the member and leaves the creator’s certificate out', () => {
    const explained = explainEndorsement(
      refused('duplicate transaction found [ab]. Creator [0a0b]'),
      'tx',
    );
    expect(explained).toMatchObject({ message: 'CnMSP: duplicate transaction found [ab]' });
  });

  it('tells a peer that is away from one that refuses', () => {
    expect(explainEndorsement(gatewayError(status.UNAVAILABLE), 'tx')).toMatchObject({
      code: 'UNAVAILABLE',
    });
    const own = new TypeError('a fault of ours');
    expect(explainEndorsement(own, 'tx')).toBe(own);
  });
});

describe('explainSubmission', () => {
  const answer = (text: string) => `received unsuccessful response from orderer: ${text}`;
  const forbidden = answer('status=FORBIDDEN, info=permission denied');

  it('is a refusal only when every ordering node that answered refused', () => {
    const all = gatewayError(status.UNAVAILABLE, ['A', forbidden], ['B', forbidden]);
    const some = gatewayError(status.UNAVAILABLE, ['A', forbidden], ['B', 'connection refused']);
    expect(explainSubmission(all, 'tx')).toMatchObject({ code: 'NOT_ACCEPTED' });
    expect(explainSubmission(some, 'tx')).toMatchObject({ code: 'UNKNOWN' });
    expect(explainSubmission(gatewayError(status.DEADLINE_EXCEEDED), 'tx')).toMatchObject({
      code: 'UNKNOWN',
    });
  });

  it('knows a transaction that was ordered before', () => {
    const processed = answer(
      'status=SERVICE_UNAVAILABLE, info=failed to submit request: request already processed',
    );
    const error = gatewayError(status.UNAVAILABLE, ['A', processed]);
    expect(explainSubmission(error, 'tx')).toMatchObject({ code: 'DUPLICATE_TRANSACTION' });
  });
});

it('isTransient: worth asking again', () => {
  const explain = (code: status) => explainEndorsement(gatewayError(code), 'tx');
  expect(isTransient(explain(status.UNAVAILABLE))).toBe(true);
  expect(isTransient(explain(status.RESOURCE_EXHAUSTED))).toBe(true);
  expect(isTransient(explain(status.PERMISSION_DENIED))).toBe(false);
  expect(isTransient(new Error('other'))).toBe(false);
});

it('isPlanless: the gateway names nobody who failed', () => {
  expect(isPlanless(explainEndorsement(gatewayError(status.ABORTED), 'tx'))).toBe(true);
  expect(isPlanless(explainEndorsement(refused('no'), 'tx'))).toBe(false);
});
