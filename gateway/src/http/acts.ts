/**
 * The table of acts. The same word and verb name the transaction (`evidence:anchor`), the route
 * (`POST /v1/evidence/anchor`) and the CLI command; routes, OpenAPI document and role checks read it.
 */
import {
  acquireInput,
  anchorInput,
  answerInput,
  closeInput,
  determineInput,
  discloseInput,
  segregateInput,
} from '@tabellion/chaincode/evidence/record';
import { PERMISSIONS } from '@tabellion/chaincode/member/permission';
import {
  declareInput,
  proposeInput,
  type Role,
  voteInput,
} from '@tabellion/chaincode/member/record';
import type { z } from 'zod';

export interface Act {
  readonly word: 'member' | 'evidence';
  readonly verb: string;
  /** Fabric function name. */
  readonly transaction: keyof typeof PERMISSIONS;
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
];

export const findAct = (transaction: string): Act | undefined =>
  ACTS.find((entry) => entry.transaction === transaction);

export const rolesOf = (entry: Act): readonly Role[] => PERMISSIONS[entry.transaction].roles;
