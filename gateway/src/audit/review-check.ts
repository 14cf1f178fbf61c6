/** Reviews and access for outsiders, held to the rules of their words. */
import { DISCLOSURE_DECISIONS } from '@tabellion/chaincode/disclosure/rules';
import { REVIEW_DECISIONS } from '@tabellion/chaincode/review/rules';
import { checksOf } from './decision-check.ts';

export const REVIEW_CHECKS = checksOf({ ...REVIEW_DECISIONS, ...DISCLOSURE_DECISIONS });
