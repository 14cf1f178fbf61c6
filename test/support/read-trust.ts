/** The trust file where no projection runs: everything is asked of the ledger itself. */
import { parameterKey } from '@tabellion/chaincode/member/key';
import { parameterRecord } from '@tabellion/chaincode/member/record';
import { parseCanonical, type Trust } from '@tabellion/proof';
import { readKey } from '../../gateway/src/evidence/ledger-reader.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { readFacts } from '../../gateway/src/ledger/fabric/facts.ts';
import type { LedgerPort } from '../../gateway/src/ledger/port.ts';
import { readMember } from '../../gateway/src/node/fabric-member.ts';
import { describeTrust } from '../../gateway/src/node/trust.ts';

export async function readTrust(
  ledger: LedgerPort,
  signer: Signer,
  consortium: string,
): Promise<Trust> {
  const facts = await readFacts(ledger);
  const members = await Promise.all(
    facts.config.members.map(({ mspId }) => readMember(ledger, signer, mspId)),
  );
  const parameter = await readKey(ledger, signer, parameterKey('endorsementThreshold'));
  return describeTrust({
    ...{ consortium, ledger, facts },
    findMember: (mspId) => members.find((member) => member?.mspId === mspId),
    endorsementThreshold: parameterRecord.parse(parseCanonical(parameter)).value,
  });
}
