/** The embedded consortium of one machine: its identities and its ledger, founded at the first start. */
import { join } from 'node:path';
import { contracts } from '@tabellion/chaincode';
import { parameterKey } from '@tabellion/chaincode/member/key';
import { parameterRecord } from '@tabellion/chaincode/member/record';
import { parseCanonical } from '@tabellion/proof';
import type { Consortium } from '../identity/consortium.ts';
import { type EmbeddedIdentities, provisionEmbedded } from '../identity/provision.ts';
import {
  type EmbeddedLedger,
  openEmbeddedLedger,
  type ReadKey,
} from '../ledger/embedded/ledger.ts';
import { ensureFounded } from './founding.ts';
import type { NodeLedger } from './node-ledger.ts';

export interface ConsortiumLedger extends EmbeddedIdentities, NodeLedger {
  readonly ledger: EmbeddedLedger;
}

/** Opens the consortium kept in `directory`; makes and founds it if there is none. */
export async function openConsortiumLedger(
  directory: string,
  consortium: Consortium,
  now: () => number = Date.now,
  onFailure?: (error: unknown) => void,
): Promise<ConsortiumLedger> {
  const identities = await provisionEmbedded(directory, consortium, now);
  const { timeWindowSeconds } = consortium.parameters;
  const ledger = await openEmbeddedLedger({
    directory: join(directory, 'ledger'),
    network: identities.network,
    timeWindowSeconds,
    agreedThreshold: readThreshold,
    now,
  });
  try {
    ledger.install(contracts);
    const [service] = identities.serviceSigners.values();
    const [authority] = identities.authorities.values();
    await ensureFounded(ledger, { service: service!, authority: authority! }, consortium);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const closing = new AbortController();
  const following = followVotes(ledger, closing.signal).catch((error) => onFailure?.(error));
  return {
    ...identities,
    ledger,
    publishMsp: (msp) => ledger.updateMsps([msp]),
    copyLedger: (to) => ledger.snapshot(to),
    close: async () => {
      closing.abort();
      await following;
      await ledger.close();
    },
  };
}

/** What the members voted; undefined before the founding. */
function readThreshold(read: ReadKey): number | undefined {
  const stored = read(parameterKey('endorsementThreshold'));
  return stored && parameterRecord.parse(parseCanonical(stored)).value;
}

/** After a vote the one operator of all members does at once what members of a network do by hand. */
async function followVotes(ledger: EmbeddedLedger, signal: AbortSignal): Promise<void> {
  for await (const { name } of ledger.events(await ledger.height(), { signal })) {
    if (name === 'member:vote') await ledger.redefine();
  }
}
