/** What must hold before an act is prepared, or its person's signature relayed. */
import type { GrantInput } from '@tabellion/chaincode/disclosure/record';
import type { AnchorInput } from '@tabellion/chaincode/evidence/record';
import type { AssertInput } from '@tabellion/chaincode/label/record';
import { memberKey } from '@tabellion/chaincode/member/key';
import { listRoles, mayAct } from '@tabellion/chaincode/member/permission';
import type { MemberRecord } from '@tabellion/chaincode/member/record';
import { parseStrict } from '@tabellion/proof';
import type { Signed } from '../ledger/port.ts';
import { createRecords } from '../projection/records.ts';
import { type Act, findAct } from './acts.ts';
import { type Asked, assertOwner, assertSigned, fingerprintOf } from './creator.ts';
import type { GatewayDeps, Principal } from './deps.ts';
import type { Call } from './endpoint.ts';
import { Problem } from './problem.ts';

/**
 * The same matrix as the contract's, so that a refusal comes before anything is signed, or stored for
 * what could not be signed. @throws Problem `ROLE_NOT_ALLOWED`.
 */
export function createRoleGuard({ projection }: Pick<GatewayDeps, 'projection'>) {
  const records = createRecords(projection.database);
  return ({ member, role }: Principal, act: Pick<Act, 'transaction'>): void => {
    const kind = records.find<MemberRecord>(memberKey(member))?.record.kind;
    const allowed = kind
      ? mayAct(role, kind, act.transaction)
      : listRoles(act.transaction).includes(role);
    if (!allowed) throw new Problem('ROLE_NOT_ALLOWED', `${role} may not ${act.transaction}`);
  };
}

export function createActGuards({
  enrolment,
  manifests,
  disclosures,
  labels,
  projection,
}: GatewayDeps) {
  const assertMayAct = createRoleGuard({ projection });

  /** A root whose manifest is not in safe keeping would prove nothing later. */
  const assertManifest = async ({ member }: Principal, act: Act, input: unknown) => {
    if (act.transaction !== 'evidence:anchor') return;
    const { manifest, acquisition, root, size, bytes } = input as AnchorInput;
    const held = await manifests.find(member, manifest);
    if (held?.acquisition !== acquisition) throw new Problem('MANIFEST_MISSING');
    if (held.root !== root || held.size !== size || held.bytes !== bytes)
      throw new Problem('ROOT_MISMATCH');
  };

  /** What is shown under a root that nobody holds could be anything later. */
  const assertSet = async ({ member }: Principal, act: Act, input: unknown) => {
    if (act.transaction !== 'disclosure:grant') return;
    const { acquisition, root, size } = input as GrantInput;
    const held = await disclosures.sets.find(member, root);
    if (held?.acquisition !== acquisition || held.size !== size) throw new Problem('SET_MISSING');
  };

  /** The gateway holds what the act refers to by digest alone. */
  const assertHeld = async (principal: Principal, act: Act, input: unknown) => {
    await assertManifest(principal, act, input);
    await assertSet(principal, act, input);
    if (act.transaction === 'label:assert') await labels.assertHeld(input as AssertInput);
  };

  /** Whose signature is being relayed for which act. */
  const assertRelayable = async (call: Call, asked: Asked, { bytes, signature }: Signed) => {
    const act = findAct(asked.transaction);
    if (!act) throw new Problem('BAD_PROPOSAL', 'not an act that this gateway relays');
    const fingerprint = fingerprintOf(asked.creator.certificatePem);
    call.note({ verb: act.transaction, certificate: fingerprint });
    if (asked.creator.mspId !== call.principal.member) throw new Problem('CERTIFICATE_NOT_YOURS');
    assertOwner(enrolment, call.principal, fingerprint);
    assertSigned(asked.creator.certificatePem, bytes, signature);
    assertMayAct(call.principal, act);
    const input = parseArgument(act, asked.args);
    await assertHeld(call.principal, act, input);
    return { act, input };
  };

  return { assertMayAct, assertHeld, assertRelayable };
}

/** The input as the contract will parse it. @throws Problem `BAD_INPUT`, JsonError. */
function parseArgument(act: Act, args: readonly Uint8Array[]): unknown {
  if (args.length !== 1) throw new Problem('BAD_PROPOSAL', 'exactly one argument is taken');
  return act.input.parse(parseStrict(args[0]!));
}
