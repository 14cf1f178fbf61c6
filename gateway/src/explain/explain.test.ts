/** Every code of the product has its page, and every page its code. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '@tabellion/chaincode/kernel/errors';
import {
  BYTES_ERROR_CODES,
  ENTRY_VERDICTS,
  FABRIC_ERROR_CODES,
  JSON_ERROR_CODES,
  MERKLE_ERROR_CODES,
  MSP_ERROR_CODES,
  STEPS,
  TRUST_ERROR_CODES,
  VALIDATION_CODES,
  VERDICTS,
} from '@tabellion/proof';
import {
  ADDRESS_ERROR_CODES,
  END_REASONS,
  PRESUMPTION_STATES,
  PRIVATE_ERROR_CODES,
  TRANSFER_ERROR_CODES,
} from '@tabellion/screening';
import { describe, expect, it } from 'vitest';
import { WALLET_ERROR_CODES } from '../../../legacy/src/wallet/error.ts';
import { BREAKS } from '../audit/break.ts';
import { FINDINGS } from '../audit/finding.ts';
import { LABEL_MANIFEST_FINDINGS } from '../audit/label-manifest-audit.ts';
import { RECEIPT_OUTCOMES } from '../cli/actions/screen-receipt.ts';
import { SET_VERDICTS } from '../cli/disclosure/set-verdict.ts';
import { FAILURE_CODES } from '../cli/failure.ts';
import { EVIDENCE_ERROR_CODES } from '../evidence/error.ts';
import { HASH_LIST_ERROR_CODES } from '../evidence/list/hash-list-error.ts';
import { NOTES, OMISSIONS } from '../evidence/source.ts';
import { NOTES as TREE_NOTES, VERDICTS as TREE_VERDICTS } from '../evidence/tree/tree-audit.ts';
import { EXCHANGE_ERROR_CODES } from '../exchange/exchange-error.ts';
import { PROBLEM_CODES } from '../http/problem.ts';
import { IDENTITY_ERROR_CODES } from '../identity/error.ts';
import { LABEL_ERROR_CODES } from '../label/error.ts';
import { FETCH_ERROR_CODES, OWN_FAILURE_CODES } from '../label/fetch/error.ts';
import { ENTRY_REFUSAL_CODES, LABEL_FORMAT_ERROR_CODES } from '../label/format/entry.ts';
import { LABEL_INDEX_ERROR_CODES } from '../label/index/error.ts';
import { STALE_REASONS } from '../label/index/library.ts';
import { VERDICTS as SCREENING_VERDICTS } from '../label/screen.ts';
import { FILE_DAMAGES, FILE_NOTES } from '../ledger/file-damage.ts';
import { LEDGER_ERROR_CODES } from '../ledger/port.ts';
import { BACKUP_ERROR_CODES } from '../node/backup.ts';
import { DATA_DIRECTORY_ERROR_CODES } from '../node/data-directory.ts';
import { EXIT_DISK, VITAL_FAILURES } from '../node/failure-watch.ts';
import { DOUBTS } from '../order/doubts.ts';
import { REPORT_ERROR_CODES } from '../report/error.ts';
import { ATTEMPT_CODES } from '../webhook/send.ts';
import { AREA_NAMES, type Area } from './area.ts';
import { EXIT } from './exit-code.ts';
import { findNearest, findPages } from './lookup.ts';
import { readAllPages, readPages } from './page.ts';

/**
 * What tells `CODE: text` to somebody, in one namespace: whoever reads it cannot see which part said
 * it, so one code has one page there, in the first area that lists it.
 */
const FAILURES: readonly (readonly [Area, readonly string[]])[] = [
  ['contract', ERROR_CODES],
  ['ledger', LEDGER_ERROR_CODES],
  ['validation', VALIDATION_CODES],
  ['input', [...JSON_ERROR_CODES, ...BYTES_ERROR_CODES, ...MERKLE_ERROR_CODES]],
  ['input', [...FABRIC_ERROR_CODES, ...MSP_ERROR_CODES]],
  ['http', [...PROBLEM_CODES, ...EVIDENCE_ERROR_CODES, ...LABEL_ERROR_CODES]],
  ['identity', IDENTITY_ERROR_CODES],
  // A bare HTTP status, by its number.
  ['cli', [...FAILURE_CODES, 'HTTP_nnn']],
  ['list', HASH_LIST_ERROR_CODES],
  ['report', REPORT_ERROR_CODES],
  ['exchange', EXCHANGE_ERROR_CODES],
  ['data', [...BACKUP_ERROR_CODES, ...DATA_DIRECTORY_ERROR_CODES, ...VITAL_FAILURES]],
  ['wallet', WALLET_ERROR_CODES],
  ['label', [...ENTRY_REFUSAL_CODES, ...LABEL_FORMAT_ERROR_CODES, ...LABEL_INDEX_ERROR_CODES]],
  ['label', TRANSFER_ERROR_CODES],
  ['screening', END_REASONS],
  ['screening', PRESUMPTION_STATES],
  ['label', PRIVATE_ERROR_CODES],
  ['label', FETCH_ERROR_CODES],
  ['http', OWN_FAILURE_CODES],
];

const CHECKS: readonly (readonly [Area, readonly string[]])[] = [
  ['verdict', [...Object.keys(VERDICTS), ...TRUST_ERROR_CODES, ...Object.keys(SET_VERDICTS)]],
  ['verdict', Object.keys(ENTRY_VERDICTS)],
  // NOT_READY has its page among the gateway's.
  [
    'screening',
    [...SCREENING_VERDICTS, ...ADDRESS_ERROR_CODES, ...STALE_REASONS].filter(
      (code) => code !== 'NOT_READY',
    ),
  ],
  ['order', DOUBTS],
  ['webhook', ATTEMPT_CODES],
  ['step', STEPS],
  // INTACT is a verdict as well, and has its page there.
  [
    'outcome',
    [...new Set(Object.values(VERDICTS)), 'CLEAN', 'BROKEN', ...RECEIPT_OUTCOMES].filter(
      (o) => !(o in VERDICTS),
    ),
  ],
  ['break', Object.keys(BREAKS)],
  ['finding', Object.keys(FINDINGS)],
  [
    'file',
    [FILE_DAMAGES, FILE_NOTES, LABEL_MANIFEST_FINDINGS].flatMap((codes) => Object.keys(codes)),
  ],
  ['tree', [...TREE_VERDICTS, ...TREE_NOTES]],
  ['source', [...OMISSIONS, ...NOTES]],
  ['exit', [...Object.values(EXIT), EXIT_DISK].map(String)],
];

function listCodes(area: Area): string[] {
  const earlier = new Set<string>();
  const own = new Set<string>();
  for (const [name, codes] of FAILURES) {
    for (const code of codes) if (name === area && !earlier.has(code)) own.add(code);
    for (const code of codes) earlier.add(code);
  }
  for (const [name, codes] of CHECKS) if (name === area) for (const code of codes) own.add(code);
  return [...own].sort();
}

/** Names of the operating system: no list of ours, so these pages answer to no code. */
const isOwn = (area: Area) => area !== 'system';

describe('pages', () => {
  it.each(AREA_NAMES.filter(isOwn))('of area %s are exactly its codes', (area) => {
    const pages = readPages(area).map(({ code }) => code);
    expect(pages.toSorted()).toEqual(listCodes(area));
  });

  it('stand once in each area', () => {
    const names = readAllPages().map(({ area, code }) => `${area} ${code}`);
    expect(names.length).toBe(new Set(names).size);
  });

  it('are of two languages, each in its own words', () => {
    for (const { code, en, zh } of readAllPages()) {
      for (const text of Object.values(en)) expect(text, code).not.toMatch(/\p{Script=Han}/u);
      for (const text of Object.values(zh)) expect(text, code).toMatch(/\p{Script=Han}/u);
      // Sentences end; titles do not.
      for (const text of [en.meaning, en.remedy]) expect(text, code).toMatch(/[.…]$/);
      for (const text of [zh.meaning, zh.remedy]) expect(text, code).toMatch(/[。…]$/);
    }
  });

  it('name the same commands and codes in both languages', () => {
    for (const { code, en, zh } of readAllPages()) {
      expect(listNames(zh.meaning + zh.remedy), code).toEqual(listNames(en.meaning + en.remedy));
    }
  });

  it('claim of no anchored thing that it is true (EVD-16)', () => {
    for (const { code, en, zh } of readAllPages()) {
      expect(Object.values(en).join(' '), code).not.toMatch(/authentic|genuine/i);
      expect(Object.values(zh).join(' '), code).not.toMatch(/真实|真伪|鉴真/);
    }
  });
});

/** Options, variables and upper-case words, whose translation would mislead. */
const listNames = (text: string): string[] =>
  [
    ...new Set(text.match(/--[a-z][a-z-]+|\b[A-Z]{2,}(?:_[A-Z]+)+\b|\bdocs\/[a-z-]+\.md/g) ?? []),
  ].sort();

describe('the sources', () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  const files = globSync('{proof,chaincode,screening,gateway,node-config,legacy}/src/**/*.ts', {
    cwd: root,
  });
  const texts = files
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'));
  const find = (pattern: RegExp) => [
    ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((m) => m[1] ?? m[2]))),
  ];

  it('have no set of codes besides those above', () => {
    const sets = find(/extends CodedError<(\w+)>|readonly code: ([A-Z]\w+(?: \| [A-Z]\w+)*);/g);
    // A new one belongs into the lists above, with pages; then its name here.
    expect(sets.sort()).toEqual([
      'AddressErrorCode',
      'AttemptCode',
      'BackupErrorCode',
      'BreakCode',
      'BytesErrorCode',
      // Of files of the ledger.
      'Code',
      'DataDirectoryErrorCode',
      'DoubtCode',
      'EntryRefusalCode',
      'EntryVerdictCode',
      'ErrorCode',
      'EvidenceErrorCode',
      'ExchangeErrorCode',
      'FabricErrorCode',
      'FailureCode',
      'FetchErrorCode',
      'FindingCode',
      'HashListErrorCode',
      'IdentityErrorCode',
      'InvalidCode',
      'JsonErrorCode',
      'LabelErrorCode',
      'LabelFormatErrorCode',
      'LabelIndexErrorCode',
      'LabelManifestCode',
      'LedgerErrorCode',
      'MerkleErrorCode',
      'MissCode',
      'MspErrorCode',
      'Omission',
      'Omission | Note',
      'PrivateErrorCode',
      'ProblemCode',
      'RefusalCode',
      'RefusalCode | EntryVerdictCode',
      'ReportErrorCode',
      'TransferErrorCode | AddressErrorCode',
      'TrustErrorCode',
      'ValidationCode',
      'Verdict | AuditNote',
      'VerdictCode',
      'WalletErrorCode',
    ]);
  });

  it('give no error a code of its own that has no page', () => {
    const own = find(/readonly code = '(\w+)'/g);
    expect(own).toContain('CLOCK_WRONG');
    expect(own.filter((code) => findPages(code as string).length === 0)).toEqual([]);
  });
});

describe('look-up', () => {
  it('finds a code as it was copied, in any case', () => {
    for (const typed of ['NOT_OWN_MEMBER', 'not_own_member', 'NOT_OWN_MEMBER:', ' ']) {
      const found = findPages(typed).map(({ code }) => code);
      expect(found).toEqual(typed === ' ' ? [] : ['NOT_OWN_MEMBER']);
    }
    expect(findPages('HTTP_502').map(({ code }) => code)).toEqual(['HTTP_nnn']);
  });

  it('shows a code of several areas once for each', () => {
    const areas = findPages('ROOT_MISMATCH').map(({ area }) => area);
    expect(areas).toEqual(['http', 'verdict']);
  });

  it('proposes what was probably meant', () => {
    expect(findNearest('NOT_OWN_MEMBR')[0]).toBe('NOT_OWN_MEMBER');
    expect(findNearest('EXPIRED')).toContain('TOKEN_EXPIRED');
    expect(findNearest('QQQQQQQQQQ')).toEqual([]);
  });
});
