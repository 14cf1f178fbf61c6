/** Which member's gateway on Fabric `scripts/start` is to run. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadIssuers } from '../gateway/src/identity/issuers.ts';
import { loadGateways } from '../gateway/src/label/fetch/gateways-file.ts';
import { readMemberFile } from '../node-config/fabric/member-file.ts';
import { describeMember } from '../node-config/fabric/native/connect.ts';

export interface FabricChoice {
  readonly fabric?: string | undefined;
  readonly member?: string | undefined;
  readonly issuers?: string | undefined;
  readonly gateways?: string | undefined;
}

/** The gateway of a member on Fabric, as the command line describes it. */
export async function readFabric({ fabric, member, issuers, gateways }: FabricChoice) {
  const isFile = fabric !== undefined && (await isRegularFile(fabric));
  if (!fabric || !issuers || isFile !== (member === undefined)) {
    throw new Error(
      '--fabric DIR, --member and --issuers belong together, or --fabric FILE and --issuers',
    );
  }
  const described = isFile
    ? await openDescribed(fabric)
    : { mspId: member!, member: await describeMember(resolve(fabric), member!) };
  const { mspId } = described;
  return {
    member: described.member,
    issuers: await loadIssuers(issuers, mspId),
    ...(gateways !== undefined && { gateways: await loadGateways(gateways, mspId) }),
  };
}

const isRegularFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

async function openDescribed(file: string) {
  const { mspId, member, sdk } = await readMemberFile(file);
  if (sdk === 'gateway') return { mspId, member };
  // Only who asks for it has it installed.
  const { openLegacyLedger } = await import('../legacy/src/ledger.ts');
  return { mspId, member: { ...member, open: openLegacyLedger } };
}
