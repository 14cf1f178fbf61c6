/** Custody, held to the rules of the word `custody` as they look things up in the rebuilt state. */
import { CUSTODY_DECISIONS } from '@tabellion/chaincode/custody/rules';
import { checksOf } from './decision-check.ts';

export const CUSTODY_CHECKS = checksOf(CUSTODY_DECISIONS, ['path']);
