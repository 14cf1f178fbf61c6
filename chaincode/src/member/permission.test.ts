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
    // Delegates of companies stand in for authorities that a company has not.
    const all = roles.filter((role) => kinds.every((kind) => mayAct(role, kind, name)));
    const some = roles.filter((role) => !all.includes(role));
    const besides = some.map((role) => {
      const own = kinds.filter((kind) => mayAct(role, kind, name));
      return `; ${role} of ${own.join(' ')}`;
    });
    return `${name}: ${all.join(' ')} of ${kinds.join(' ')}${besides.join('')}`;
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
    'custody:open: investigator analyst system of STATE EXCHANGE PLATFORM',
    'custody:register: investigator analyst of STATE EXCHANGE PLATFORM',
    'custody:derive: investigator analyst of STATE EXCHANGE PLATFORM',
    'custody:offer: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'custody:accept: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:refuse: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:withdraw: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'custody:takeOver: judicialReviewer prosecutor centralAuthority liaisonAuthority of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'custody:examine: investigator analyst of STATE EXCHANGE PLATFORM',
    'custody:seal: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:unseal: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:move: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:return: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:hold: judicialReviewer prosecutor centralAuthority of STATE',
    'custody:lift: judicialReviewer prosecutor centralAuthority of STATE',
    'custody:dispose: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:correct: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM',
    'custody:confirm: judicialReviewer centralAuthority liaisonAuthority of STATE',
    'review:object: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM AUDITOR',
    'review:reply: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM AUDITOR',
    'review:judge: judicialReviewer prosecutor centralAuthority of STATE',
    'review:examine: investigator analyst of STATE EXCHANGE PLATFORM AUDITOR',
    'review:weigh: judicialReviewer prosecutor analyst of STATE EXCHANGE PLATFORM AUDITOR',
    'disclosure:grant: investigator prosecutor centralAuthority of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'disclosure:revoke: investigator prosecutor centralAuthority of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'label:assert: investigator analyst system of STATE EXCHANGE PLATFORM',
    'label:miss: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM AUDITOR; delegate of EXCHANGE PLATFORM',
    'label:corroborate: investigator analyst of STATE EXCHANGE PLATFORM',
    'label:opine: investigator analyst of STATE EXCHANGE PLATFORM',
    'label:sight: investigator analyst system of STATE EXCHANGE PLATFORM',
    'label:dispute: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM AUDITOR; delegate of EXCHANGE PLATFORM',
    'label:answer: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'label:withdraw: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:issue: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:validate: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:serve: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE',
    'order:receive: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:takeNotice: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE',
    'order:clear: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:object: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:reportDefect: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:clarify: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:reportImpossible: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:refuse: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:accept: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:maintain: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:raiseConflict: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:decideConflict: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:execute: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:deliver: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:extend: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:confirmProduction: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:release: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:forfeit: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:withdraw: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:enforce: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:recognise: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:denyRecognition: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:ask: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:reply: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
    'order:markOverdue: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst system of STATE EXCHANGE PLATFORM; delegate of EXCHANGE PLATFORM',
    'order:close: investigator judicialReviewer prosecutor centralAuthority liaisonAuthority analyst of STATE',
  ]);
});
