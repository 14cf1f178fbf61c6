export { type Followed, followTransfers } from './follow.ts';
export {
  type Account,
  accountId,
  compareTransfers,
  type Observation,
  receiverOf,
  type Sum,
  sendersOf,
  type Transfer,
} from './model.ts';
export {
  isTransferRefusal,
  type NormalisedTransfer,
  normaliseTransaction,
  normaliseTransfer,
  TRANSFER_ERROR_CODES,
  type TransferErrorCode,
  type TransferRefusal,
  type TransferText,
} from './normalise-transfer.ts';
export {
  judgePresumption,
  PRESUMPTION_STATES,
  type Presumed,
  type PresumptionState,
  presumeTransfers,
  type Rebuttal,
  type Standing as PresumptionStanding,
} from './presumption.ts';
export { climb, findStop, type Parents, type StopReason } from './stops.ts';
export {
  type Amounts,
  assetKey,
  type Pool,
  TAINT_RULES,
  type Tainted,
  type TaintRuleName,
} from './taint.ts';
export {
  type Direction,
  END_REASONS,
  type EndReason,
  type Start,
  type Unread,
  type WalkSource,
} from './walk.ts';
