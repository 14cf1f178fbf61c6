/**
 * The table of acts. The same word and verb name the transaction (`evidence:anchor`), the route
 * (`POST /v1/evidence/anchor`) and the CLI command; routes, OpenAPI document and role checks read it.
 */
import {
  deriveInput,
  openInput,
  registerInput,
  stepInputs,
} from '@tabellion/chaincode/custody/record';
import { grantInput, revokeInput } from '@tabellion/chaincode/disclosure/record';
import {
  acquireInput,
  anchorInput,
  answerInput,
  closeInput,
  determineInput,
  discloseInput,
  segregateInput,
} from '@tabellion/chaincode/evidence/record';
import {
  answerInput as answerDisputeInput,
  assertInput,
  corroborateInput,
  disputeInput,
  missInput,
  opineInput,
  sightInput,
  withdrawInput,
} from '@tabellion/chaincode/label/record';
import { listRoles, type TransactionName } from '@tabellion/chaincode/member/permission';
import {
  declareInput,
  proposeInput,
  type Role,
  voteInput,
} from '@tabellion/chaincode/member/record';
import { issueInput, stepInputs as orderStepInputs } from '@tabellion/chaincode/order/record';
import {
  examineInput,
  judgeInput,
  objectInput,
  replyInput,
  weighInput,
} from '@tabellion/chaincode/review/record';
import type { z } from 'zod';

export interface Act {
  readonly word: 'member' | 'evidence' | 'custody' | 'review' | 'disclosure' | 'label' | 'order';
  readonly verb: string;
  /** Fabric function name. */
  readonly transaction: TransactionName;
  readonly input: z.ZodType;
  readonly summary: string;
}

const act = (transaction: Act['transaction'], input: z.ZodType, summary: string): Act => {
  const [word, verb] = transaction.split(':') as [Act['word'], string];
  return { word, verb, transaction, input, summary };
};

export const ACTS: readonly Act[] = [
  act('member:propose', proposeInput, 'Propose a change that the members vote on'),
  act('member:vote', voteInput, 'Vote on a proposal'),
  act('member:declare', declareInput, 'Declare what the own member accepts and has adopted'),
  act('evidence:acquire', acquireInput, 'Record an act of collection'),
  act('evidence:anchor', anchorInput, 'Anchor a batch of items whose manifest the gateway holds'),
  act('evidence:close', closeInput, 'Close an acquisition with its totals'),
  act('evidence:answer', answerInput, 'State the position of a touched state'),
  act('evidence:disclose', discloseInput, 'Open the sealed location of a covert measure'),
  act('evidence:determine', determineInput, 'Record a location that was unknown'),
  act('evidence:segregate', segregateInput, 'Name the relevant part of a full copy'),
  act('custody:open', openInput, 'Open the custody of an anchored item'),
  act('custody:register', registerInput, 'Register a physical exhibit'),
  act('custody:derive', deriveInput, 'Record what was made from an item'),
  act('custody:offer', stepInputs.offer, 'Offer an item to another member or person'),
  act('custody:accept', stepInputs.accept, 'Accept an offered item'),
  act('custody:refuse', stepInputs.refuse, 'Refuse an offered item'),
  act('custody:withdraw', stepInputs.withdraw, 'Take an offer back'),
  act('custody:takeOver', stepInputs.takeOver, 'Step in for the person who holds an item'),
  act('custody:examine', stepInputs.examine, 'Record an examination of an item'),
  act('custody:seal', stepInputs.seal, 'Put an item under seal'),
  act('custody:unseal', stepInputs.unseal, 'Open the seals of an item'),
  act('custody:move', stepInputs.move, 'Record another place of an exhibit'),
  act('custody:return', stepInputs.return, 'Return an item'),
  act('custody:hold', stepInputs.hold, 'Place a legal hold on an item'),
  act('custody:lift', stepInputs.lift, 'Lift a legal hold'),
  act('custody:dispose', stepInputs.dispose, 'Record the disposal of an item'),
  act('custody:correct', stepInputs.correct, 'Correct an earlier record of an item'),
  act('custody:confirm', stepInputs.confirm, 'Say whether a mirror copy agrees with its original'),
  act('review:object', objectInput, 'Object to evidence, for a person or an authority'),
  act('review:reply', replyInput, 'Answer an objection'),
  act('review:judge', judgeInput, 'Judge whether evidence was obtained regularly'),
  act('review:examine', examineInput, 'Record an examination of authenticity'),
  act('review:weigh', weighInput, 'State what evidence shows, as a person sees it'),
  act(
    'disclosure:grant',
    grantInput,
    'Give somebody outside the membership access to a set of items',
  ),
  act('disclosure:revoke', revokeInput, 'End such access before its time'),
  act('label:assert', assertInput, 'Assert the labels of a manifest that the gateway holds'),
  act('label:miss', missInput, 'Declare that the manifest of a batch was not given out'),
  act('label:corroborate', corroborateInput, 'Say that the own member comes to the same'),
  act('label:opine', opineInput, 'Say how far the own member agrees'),
  act('label:sight', sightInput, 'Record that a labelled address was met, or is harmless'),
  act('label:dispute', disputeInput, 'Dispute a label, for the member or a labelled person'),
  act('label:answer', answerDisputeInput, 'Answer a dispute'),
  act('label:withdraw', withdrawInput, 'Withdraw a label, or put another in its place'),
  act('order:issue', issueInput, 'Issue an order whose contents go to its parties alone'),
  act('order:validate', orderStepInputs.validate, 'Validate an order that another person issued'),
  act('order:serve', orderStepInputs.serve, 'Record that an order was handed over'),
  act('order:receive', orderStepInputs.receive, 'Record when the addressee received an order'),
  act(
    'order:takeNotice',
    orderStepInputs.takeNotice,
    'Record when the enforcing authority received its copy',
  ),
  act('order:clear', orderStepInputs.clear, 'Open a gate without which data do not leave'),
  act(
    'order:object',
    orderStepInputs.object,
    'Raise a ground against an order, as the enforcing authority',
  ),
  act(
    'order:reportDefect',
    orderStepInputs.reportDefect,
    'Report that an order is incomplete or wrong',
  ),
  act('order:clarify', orderStepInputs.clarify, 'Clarify or correct an order'),
  act(
    'order:reportImpossible',
    orderStepInputs.reportImpossible,
    'Report that an order cannot be carried out',
  ),
  act('order:refuse', orderStepInputs.refuse, 'Refuse an order on a ground that the law lists'),
  act('order:accept', orderStepInputs.accept, 'Accept what the addressee reported'),
  act(
    'order:maintain',
    orderStepInputs.maintain,
    'Maintain an order, with a later deadline or without',
  ),
  act(
    'order:raiseConflict',
    orderStepInputs.raiseConflict,
    'Say that the law of a third state forbids it',
  ),
  act('order:decideConflict', orderStepInputs.decideConflict, 'Decide on such a conflict'),
  act(
    'order:execute',
    orderStepInputs.execute,
    'Record that an order was carried out, whole or in part',
  ),
  act(
    'order:deliver',
    orderStepInputs.deliver,
    'Record that what was asked for was delivered, whole or in part',
  ),
  act('order:extend', orderStepInputs.extend, 'Extend a preservation or a freezing'),
  act(
    'order:confirmProduction',
    orderStepInputs.confirmProduction,
    'Confirm that preserved data will be asked for',
  ),
  act('order:release', orderStepInputs.release, 'Release what was preserved or frozen'),
  act('order:forfeit', orderStepInputs.forfeit, 'Record that what was frozen is forfeited'),
  act('order:withdraw', orderStepInputs.withdraw, 'Withdraw an order'),
  act('order:enforce', orderStepInputs.enforce, 'Ask the enforcing authority to compel it'),
  act('order:recognise', orderStepInputs.recognise, 'Recognise an order for enforcement'),
  act(
    'order:denyRecognition',
    orderStepInputs.denyRecognition,
    'Deny such recognition on a ground that the law lists',
  ),
  act('order:ask', orderStepInputs.ask, 'Ask the issuer before deciding on recognition'),
  act('order:reply', orderStepInputs.reply, 'Answer such a question'),
  act('order:markOverdue', orderStepInputs.markOverdue, 'Record that a legal clock has run out'),
  act('order:close', orderStepInputs.close, 'Close an order that has come to its end'),
];

export const findAct = (transaction: string): Act | undefined =>
  ACTS.find((entry) => entry.transaction === transaction);

export const rolesOf = (entry: Act): readonly Role[] => listRoles(entry.transaction);
