/** Ledger keys of the word `member`. */
import type { ParameterName, ReferenceRegister } from './record.ts';

export const FOUNDING_KEY = 'founding';
export const MEMBER_PREFIX = 'member/';
export const memberKey = (mspId: string) => `${MEMBER_PREFIX}${mspId}`;
export const memberHistoryKey = (mspId: string, version: number) =>
  `member-history/${mspId}/${version}`;
export const parameterKey = (name: ParameterName) => `parameter/${name}`;
export const parameterHistoryKey = (name: ParameterName, version: number) =>
  `parameter-history/${name}/${version}`;
export const referencePrefix = (register: ReferenceRegister, id: string) =>
  `reference/${register}/${id}/`;
export const referenceKey = (register: ReferenceRegister, id: string, version: number) =>
  `${referencePrefix(register, id)}${version}`;
export const proposalKey = (id: string) => `proposal/${id}`;
export const votePrefix = (proposal: string) => `vote/${proposal}/`;
export const voteKey = (proposal: string, mspId: string) => `${votePrefix(proposal)}${mspId}`;
