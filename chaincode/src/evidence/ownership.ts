import { assertRule } from '../kernel/errors.ts';
import type { Act } from '../kernel/schema.ts';
import type { AcquisitionRecord } from './record.ts';

/** @throws ContractError `NOT_OWN_MEMBER`. */
export function assertOwnMember(acquisition: AcquisitionRecord, act: Act): void {
  assertRule(acquisition.act.member === act.member, 'NOT_OWN_MEMBER', 'acquisition');
}

/**
 * The person who opened the acquisition answers for it; beside that person only the member's own
 * systems add to it.
 * @throws ContractError `NOT_OWN_MEMBER`, `NOT_RESPONSIBLE_PERSON`.
 */
export function assertResponsible(acquisition: AcquisitionRecord, act: Act): void {
  assertOwnMember(acquisition, act);
  assertRule(
    act.role === 'system' || act.person === acquisition.act.person,
    'NOT_RESPONSIBLE_PERSON',
    'another person opened the acquisition',
  );
}
