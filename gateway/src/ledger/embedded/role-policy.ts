import { msp } from '@hyperledger/fabric-protos';
import { outOf } from '@tabellion/proof';

type Role = msp.MSPRole.MSPRoleTypeMap[keyof msp.MSPRole.MSPRoleTypeMap];

/** `common.SignaturePolicyEnvelope` bytes: one signature of any of these roles of one member. */
export function rolePolicy(mspId: string, roles: readonly Role[]): Uint8Array {
  return principalsPolicy(
    roles.map((role) => ({ mspId, role })),
    1,
  );
}

/** `threshold` signatures out of these members' peers. */
export function peersPolicy(mspIds: readonly string[], threshold: number): Uint8Array {
  const role = msp.MSPRole.MSPRoleType.PEER;
  return principalsPolicy(
    mspIds.map((mspId) => ({ mspId, role })),
    threshold,
  );
}

function principalsPolicy(
  principals: readonly { mspId: string; role: Role }[],
  threshold: number,
): Uint8Array {
  return outOf(
    threshold,
    principals.map(({ mspId, role }) => {
      const content = new msp.MSPRole();
      content.setMspIdentifier(mspId);
      content.setRole(role);
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
      principal.setPrincipal(content.serializeBinary());
      return principal;
    }),
  );
}
