/** Orders, held to the rules of their word. */
import { ORDER_DECISIONS } from '@tabellion/chaincode/order/rules';
import { checksOf } from './decision-check.ts';

export const ORDER_CHECKS = checksOf(ORDER_DECISIONS);
