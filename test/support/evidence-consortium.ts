/** The development consortium on an embedded ledger, founded, with an open acquisition: for tests and benchmarks. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contracts } from '@tabellion/chaincode';
import type { AcquireInput } from '@tabellion/chaincode/evidence/record';
import type { Role } from '@tabellion/chaincode/member/record';
import { canonicalBytes, type Trust, utf8 } from '@tabellion/proof';
import type { AnchorPorts } from '../../gateway/src/evidence/anchor.ts';
import { createLedgerReader } from '../../gateway/src/evidence/ledger-reader.ts';
import { foundingInput, loadConsortium } from '../../gateway/src/identity/consortium.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../../gateway/src/identity/key.ts';
import { provisionEmbedded } from '../../gateway/src/identity/provision.ts';
import { performAct, type Signer } from '../../gateway/src/ledger/act.ts';
import {
  type EmbeddedLedger,
  openEmbeddedLedger,
} from '../../gateway/src/ledger/embedded/ledger.ts';

const FILE = fileURLToPath(new URL('../../node-config/consortium.yaml', import.meta.url));
/** The member that collects. */
export const MEMBER = 'DeAgencyMSP';

export type EvidenceConsortium = Awaited<ReturnType<typeof openEvidenceConsortium>>;

/** Opens the data directory's consortium; the first time, founds it. */
export async function openEvidenceConsortium(directory: string) {
  const consortium = await loadConsortium(FILE);
  const { network, authorities, serviceSigners } = await provisionEmbedded(directory, consortium);
  const ledger = await openEmbeddedLedger({ directory: join(directory, 'ledger'), network });
  ledger.install(contracts);
  const service = serviceSigners.get(MEMBER)!;

  const person = async (role: Role): Promise<Signer> => {
    const key = generatePrivateKey();
    const options = { ou: 'client', role, keyCustody: 'person', days: 30 } as const;
    const certificate = await authorities.get(MEMBER)!.issue(await createCsr(key), options);
    return signerFromPem(MEMBER, certificate, key);
  };
  const act = (signer: Signer, transaction: string, input: object) =>
    performAct(ledger, signer, { transaction, args: [canonicalBytes(input)] }, () => undefined);

  if (!(await isFounded(ledger, service))) {
    await act(await person('delegate'), 'member:found', foundingInput(consortium));
  }

  return {
    ledger,
    /** The member's service key. */
    service,
    person,
    act,
    portsOf: (signer: Signer): AnchorPorts => ({
      act: ledger,
      signer,
      reader: createLedgerReader(ledger, signer),
    }),
    /** Opens an acquisition and returns its ID. */
    async acquire(signer: Signer, changes: Partial<AcquireInput> = {}): Promise<string> {
      const id = randomBytes(16).toString('hex');
      await act(signer, 'evidence:acquire', { ...acquisition(id), ...changes });
      return id;
    },
    trust: async (): Promise<Trust> => {
      const { genesis, definitions } = ledger.facts();
      return {
        type: 'tabellion.trust',
        v: 1,
        consortium: consortium.name,
        ledger: 'embedded',
        channel: consortium.channel,
        genesis,
        chaincode: consortium.chaincode,
        members: consortium.members.map(({ mspId, name, jurisdiction, kind }) => {
          const msp = network.members.find((member) => member.mspId === mspId)!;
          return {
            mspId,
            name,
            jurisdiction,
            state: kind === 'STATE',
            roots: [...msp.roots],
            intermediates: [...msp.intermediates],
            revocations: [...msp.revocations],
          };
        }),
        endorsementThreshold: consortium.parameters.endorsementThreshold,
        definitions: definitions.map(({ sequence, block, transaction }) => ({
          sequence,
          block,
          transaction,
        })),
      };
    },
    close: () => ledger.close(),
  };
}

async function isFounded(ledger: EmbeddedLedger, signer: Signer): Promise<boolean> {
  const { proposal } = await ledger.prepare({
    transaction: 'member:read',
    args: [utf8('founding')],
    creator: signer.creator,
  });
  try {
    await ledger.evaluate({ bytes: proposal, signature: await signer.sign(proposal) });
    return true;
  } catch (error) {
    if ((error as { contractCode?: string }).contractCode === 'NOT_FOUND') return false;
    throw error;
  }
}

function acquisition(id: string): AcquireInput {
  return {
    id,
    case: 'CASE/2026/1',
    legalBases: [{ id: 'de-stpo-94', version: 1 }],
    reason: 'a test of anchoring',
    grounds: [],
    route: 'DOMESTIC',
    method: { id: 'device-imaging', version: 1 },
    purposes: [],
    publiclyReleased: 'NO',
    extent: { kind: 'SELECTIVE' },
    volatility: 'ORDINARY',
    standard: { id: 'iso-iec-27037', version: 1 },
    tools: [],
    recordings: [],
    witnesses: [],
    startedAt: Date.now() - 60_000,
    location: {
      systemJurisdiction: 'DE',
      mediumLocation: 'DE',
      source: { class: 'STANDALONE' },
    },
  };
}
