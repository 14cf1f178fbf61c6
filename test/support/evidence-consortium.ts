/** The development consortium on an embedded ledger, founded, with an open acquisition: for tests and benchmarks. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import type { ReferenceEntry, Role } from '@tabellion/chaincode/member/record';
import { canonicalBytes } from '@tabellion/proof';
import type { SystemPorts } from '../../gateway/src/evidence/anchoring.ts';
import { createLedgerReader } from '../../gateway/src/evidence/ledger-reader.ts';
import { draftAcquisition } from '../../gateway/src/evidence/testing.ts';
import { loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../../gateway/src/identity/key.ts';
import { performAct, type Signer } from '../../gateway/src/ledger/act.ts';
import { openConsortiumLedger } from '../../gateway/src/node/consortium-ledger.ts';
import { readTrust } from './read-trust.ts';

const FILE = fileURLToPath(new URL('../../node-config/consortium.yaml', import.meta.url));
/** The member that collects. */
export const MEMBER = 'DeAgencyMSP';

export type EvidenceConsortium = Awaited<ReturnType<typeof openEvidenceConsortium>>;

/** Opens the data directory's consortium; the first time, founds it, with more reference data if wanted. */
export async function openEvidenceConsortium(
  directory: string,
  reference: readonly ReferenceEntry[] = [],
) {
  const loaded = await loadConsortium(FILE);
  const consortium = { ...loaded, reference: [...loaded.reference, ...reference] };
  const { ledger, authorities, serviceSigners, close } = await openConsortiumLedger(
    directory,
    consortium,
  );
  const person = async (role: Role, mspId = MEMBER): Promise<Signer> => {
    const key = generatePrivateKey();
    const options = { ou: 'client', role, keyCustody: 'person', days: 30 } as const;
    const certificate = await authorities.get(mspId)!.issue(await createCsr(key), options);
    return signerFromPem(mspId, certificate, key);
  };
  const act = (signer: Signer, transaction: string, input: object) =>
    performAct(ledger, signer, { transaction, args: [canonicalBytes(input)] }, () => undefined);

  return {
    ledger,
    /** The member's service key. */
    service: serviceSigners.get(MEMBER)!,
    person,
    act,
    portsOf: (signer: Signer): SystemPorts => ({
      act: ledger,
      signer,
      reader: createLedgerReader(ledger, signer),
      target: ledger,
    }),
    /** Input of an acquisition at home. */
    draft: acquisition,
    /** Opens an acquisition and returns its ID. */
    async acquire(signer: Signer, changes: Partial<AcquireInput> = {}): Promise<string> {
      const id = randomBytes(16).toString('hex');
      await act(signer, 'evidence:acquire', { ...acquisition(id), ...changes });
      return id;
    },
    trust: () => readTrust(ledger, serviceSigners.get(MEMBER)!, consortium.name),
    close,
  };
}

const acquisition = (id: string) => draftAcquisition('DE', 'de-stpo-94', { id });
