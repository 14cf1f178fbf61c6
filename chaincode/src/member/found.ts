import { buildAct, type Credentials } from '../kernel/credentials.ts';
import { assertDistinct, assertRule } from '../kernel/errors.ts';
import type { Act, Governed } from '../kernel/schema.ts';
import type { Decision } from '../kernel/transaction.ts';
import { assertMayAct } from './caller.ts';
import { writeMember, writeParameter, writeReference } from './change.ts';
import { FOUNDING_KEY } from './key.ts';
import {
  type Cause,
  type FoundInput,
  type FoundingRecord,
  type MemberRecord,
  parameterName,
  type ReferenceRegister,
} from './record.ts';
import { assertEndorsable } from './threshold.ts';

/** The founder stands in no register yet: its member is the one that it names itself. */
export function identifyFounder(
  credentials: Credentials,
  transaction: { readonly txId: string; readonly at: number },
  input: FoundInput,
): Act {
  const own = input.members.find(({ mspId }) => mspId === credentials.member);
  assertRule(own !== undefined, 'NOT_A_FOUNDER', 'the founder must be one of the members');
  assertMayAct(credentials.role, own.kind, 'member:found');
  return buildAct(credentials, own.jurisdiction, transaction);
}

/**
 * `member:found`: the one act that needs no vote, because every founding member marks it.
 * @throws ContractError `ALREADY_FOUNDED`, `DUPLICATE_ENTRY`, `JURISDICTION_TAKEN`, `REFERENCE_UNKNOWN`
 * and those of {@link assertEndorsable}.
 */
export function foundConsortium(input: FoundInput, founded: boolean, act: Act): Decision {
  assertRule(!founded, 'ALREADY_FOUNDED', 'this channel has its consortium');
  assertDistinct(input.members.map(({ mspId }) => mspId));
  assertDistinct(
    input.reference.map(({ register, id, version }) => `${register}/${id}/${version}`),
  );
  const states = input.members.filter(({ kind }) => kind === 'STATE');
  assertRule(
    new Set(states.map(({ jurisdiction }) => jurisdiction)).size === states.length,
    'JURISDICTION_TAKEN',
    'one state member a jurisdiction',
  );
  assertEndorsable(input.members, input.parameters.endorsementThreshold);
  const { legalBasis, reason } = input;
  assertListed(input, 'legalBasis', legalBasis);
  for (const { profile } of input.members) {
    for (const standard of profile.adoptedStandards) assertListed(input, 'standard', standard);
  }

  const cause: Cause = { legalBasis, reason, proposal: null };
  const members = input.members.map(
    (member): MemberRecord => ({
      type: 'tabellion.member',
      v: 1,
      ...member,
      status: 'ACTIVE',
      version: 1,
      cause,
      act,
    }),
  );
  const record: FoundingRecord = {
    type: 'tabellion.founding',
    v: 1,
    members: members.map(({ mspId }) => mspId),
    legalBasis,
    reason,
    act,
  };
  return {
    key: FOUNDING_KEY,
    record,
    also: [
      ...members.flatMap(writeMember),
      ...parameterName.options.flatMap((name) =>
        writeParameter(name, input.parameters[name], 1, cause, act),
      ),
      ...input.reference.flatMap((entry) => writeReference(entry, cause, act)),
    ],
    markers: members.map((member) => ({ mspId: member.mspId, record: member })),
  };
}

function assertListed(input: FoundInput, register: ReferenceRegister, wanted: Governed): void {
  const listed = input.reference.some(
    (entry) =>
      entry.register === register && entry.id === wanted.id && entry.version === wanted.version,
  );
  assertRule(listed, 'REFERENCE_UNKNOWN', `${register} ${wanted.id} ${wanted.version}`);
}
