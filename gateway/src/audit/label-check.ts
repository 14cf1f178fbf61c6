/** Acts about labels, held to the rules of their word. */
import { LABEL_DECISIONS } from '@tabellion/chaincode/label/rules';
import { checksOf } from './decision-check.ts';

export const LABEL_CHECKS = checksOf(LABEL_DECISIONS, ['path', 'replacementPath']);
