/** The public surface is golden: a change here is a change of what the members agreed on. */
import { expect, it } from 'vitest';
import { contracts } from './index.ts';
import { createChaincode } from './kernel/chaincode.ts';
import { ERROR_CODES } from './kernel/errors.ts';
import { PERMISSIONS } from './member/permission.ts';

interface Metadata {
  readonly contracts: Record<string, { transactions: { name: string; parameters?: unknown }[] }>;
}
const { metadata } = createChaincode(contracts, 'tabellion', '0') as unknown as {
  metadata: Metadata;
};
const offered = Object.fromEntries(
  Object.entries(metadata.contracts).map(([name, { transactions }]) => [
    name,
    transactions.map((transaction) => transaction.name),
  ]),
);

it('offers these transactions and no others', () => {
  expect(offered).toEqual({
    member: ['found', 'propose', 'vote', 'declare', 'read'],
    evidence: [
      'acquire',
      'anchor',
      'close',
      'answer',
      'disclose',
      'determine',
      'segregate',
      'anchorJournal',
      'read',
      'readSealed',
    ],
    custody: [
      'open',
      'register',
      'derive',
      'offer',
      'accept',
      'refuse',
      'withdraw',
      'takeOver',
      'examine',
      'seal',
      'unseal',
      'move',
      'return',
      'hold',
      'lift',
      'dispose',
      'correct',
      'confirm',
      'read',
    ],
    review: ['object', 'reply', 'judge', 'examine', 'weigh', 'read'],
    disclosure: ['grant', 'revoke', 'read'],
    label: [
      'assert',
      'miss',
      'corroborate',
      'opine',
      'sight',
      'dispute',
      'answer',
      'withdraw',
      'readSaid',
      'read',
    ],
    order: [
      'issue',
      'validate',
      'serve',
      'receive',
      'takeNotice',
      'clear',
      'object',
      'reportDefect',
      'clarify',
      'reportImpossible',
      'refuse',
      'accept',
      'maintain',
      'raiseConflict',
      'decideConflict',
      'execute',
      'deliver',
      'extend',
      'confirmProduction',
      'release',
      'forfeit',
      'withdraw',
      'enforce',
      'recognise',
      'denyRecognition',
      'ask',
      'reply',
      'markOverdue',
      'close',
      'read',
      'readContent',
    ],
    'org.hyperledger.fabric': ['GetMetadata'],
  });
});

it('says of each that writes who may submit it', () => {
  const writing = Object.keys(offered).flatMap((word) =>
    (offered[word] ?? [])
      .filter((verb) => !verb.startsWith('read') && verb !== 'GetMetadata')
      .map((verb) => `${word}:${verb}`),
  );
  expect(Object.keys(PERMISSIONS).sort()).toEqual(writing.sort());
});

it('refuses with these codes and no others', async () => {
  const codes = `${ERROR_CODES.join('\n')}\n`;
  await expect(codes).toMatchFileSnapshot('../test/golden/error-codes.txt');
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
});

it("leaves no listener of Fabric's on the process", () => {
  const names = ['uncaughtException', 'unhandledRejection'].flatMap((event) =>
    process.listeners(event as 'uncaughtException').map(({ name }) => name),
  );
  expect(names).not.toContain('bound _uncaughtException');
  expect(names).not.toContain('loggerUnhandledRejectionFn');
});
