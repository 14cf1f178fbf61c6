import { expect, it } from 'vitest';
import { mayAct, PERMISSIONS, type TransactionName } from './permission.ts';
import { memberKind, ROLES } from './record.ts';

it('grants exactly this', () => {
  const granted = (Object.keys(PERMISSIONS) as TransactionName[]).map((name) => {
    const roles = ROLES.filter((role) =>
      memberKind.options.some((kind) => mayAct(role, kind, name)),
    );
    const kinds = memberKind.options.filter((kind) =>
      ROLES.some((role) => mayAct(role, kind, name)),
    );
    return `${name}: ${roles.join(' ')} of ${kinds.join(' ')}`;
  });
  expect(granted).toEqual([
    'member:found: delegate of STATE EXCHANGE PLATFORM AUDITOR',
    'member:propose: delegate of STATE EXCHANGE PLATFORM AUDITOR',
    'member:vote: delegate of STATE EXCHANGE PLATFORM AUDITOR',
    'member:declare: delegate of STATE EXCHANGE PLATFORM AUDITOR',
    'evidence:acquire: investigator system of STATE EXCHANGE PLATFORM',
    'evidence:anchor: investigator system of STATE EXCHANGE PLATFORM',
    'evidence:close: investigator system of STATE EXCHANGE PLATFORM',
    'evidence:disclose: investigator system of STATE EXCHANGE PLATFORM',
    'evidence:determine: investigator system of STATE EXCHANGE PLATFORM',
    'evidence:segregate: investigator system of STATE EXCHANGE PLATFORM',
    'evidence:answer: judicialReviewer centralAuthority liaisonAuthority of STATE',
    'evidence:anchorJournal: system of STATE EXCHANGE PLATFORM AUDITOR',
  ]);
});
