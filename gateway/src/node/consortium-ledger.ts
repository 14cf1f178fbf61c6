/** The embedded consortium of one machine: its identities and its ledger, founded at the first start. */
import { join } from 'node:path';
import { contracts } from '@tabellion/chaincode';
import { canonicalBytes, type Trust, utf8 } from '@tabellion/proof';
import { type Consortium, foundingInput } from '../identity/consortium.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../identity/key.ts';
import { type EmbeddedIdentities, provisionEmbedded } from '../identity/provision.ts';
import { performAct, type Signer } from '../ledger/act.ts';
import { expectRecord } from '../ledger/compare-record.ts';
import { type EmbeddedLedger, openEmbeddedLedger } from '../ledger/embedded/ledger.ts';
import type { MemberMsp } from '../ledger/embedded/network.ts';
import { LedgerError } from '../ledger/port.ts';

export interface ConsortiumLedger extends EmbeddedIdentities {
  readonly ledger: EmbeddedLedger;
  /** Puts an authority's new revocations in force and into the trust file. */
  publishMsp(msp: MemberMsp): Promise<void>;
  /** The trust file as it stands now. */
  trust(): Trust;
}

/** Opens the consortium kept in `directory`; makes and founds it if there is none. */
export async function openConsortiumLedger(
  directory: string,
  consortium: Consortium,
  now: () => number = Date.now,
): Promise<ConsortiumLedger> {
  const identities = await provisionEmbedded(directory, consortium, now);
  const { timeWindowSeconds } = consortium.parameters;
  const ledger = await openEmbeddedLedger({
    directory: join(directory, 'ledger'),
    network: identities.network,
    timeWindowSeconds,
    now,
  });
  try {
    ledger.install(contracts);
    if (!(await isFounded(ledger, identities))) await found(ledger, identities, consortium);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const msps = new Map<string, MemberMsp>(identities.network.members.map((m) => [m.mspId, m]));
  return {
    ...identities,
    ledger,
    publishMsp: async (msp) => {
      await ledger.updateMsps([msp]);
      msps.set(msp.mspId, msp);
    },
    trust: () => describeTrust(consortium, ledger, msps),
  };
}

async function isFounded(
  ledger: EmbeddedLedger,
  { serviceSigners }: EmbeddedIdentities,
): Promise<boolean> {
  const [signer] = serviceSigners.values();
  const { proposal } = await ledger.prepare({
    transaction: 'member:read',
    args: [utf8('founding')],
    creator: signer!.creator,
  });
  try {
    await ledger.evaluate({ bytes: proposal, signature: await signer!.sign(proposal) });
    return true;
  } catch (error) {
    if (error instanceof LedgerError && error.contractCode === 'NOT_FOUND') return false;
    throw error;
  }
}

async function found(
  ledger: EmbeddedLedger,
  identities: EmbeddedIdentities,
  consortium: Consortium,
): Promise<void> {
  const signer = await issueFounder(identities);
  const args = [canonicalBytes(foundingInput(consortium))];
  const request = { transaction: 'member:found', args };
  const { channel, chaincode } = ledger;
  const compare = expectRecord(request, signer);
  const { txId, status } = await performAct(ledger, signer, request, compare, {
    channel,
    chaincode,
  });
  if (status.code !== 'VALID') {
    throw new LedgerError('NOT_ACCEPTED', `the founding was committed as ${status.code}`, { txId });
  }
}

/** A delegate of the first member, for this one act: the key is never written down. */
async function issueFounder({ authorities }: EmbeddedIdentities): Promise<Signer> {
  const [authority] = authorities.values();
  const key = generatePrivateKey();
  const certificate = await authority!.issue(await createCsr(key), {
    ou: 'client',
    role: 'delegate',
    keyCustody: 'gateway',
    days: 1,
  });
  return signerFromPem(authority!.mspId, certificate, key);
}

function describeTrust(
  consortium: Consortium,
  ledger: EmbeddedLedger,
  msps: ReadonlyMap<string, MemberMsp>,
): Trust {
  const { genesis, definitions } = ledger.facts();
  return {
    type: 'tabellion.trust',
    v: 1,
    consortium: consortium.name,
    ledger: ledger.kind,
    channel: ledger.channel,
    genesis,
    chaincode: ledger.chaincode,
    members: consortium.members.map(({ mspId, name, jurisdiction, kind }) => {
      const { roots, intermediates, revocations } = msps.get(mspId)!;
      return {
        mspId,
        name,
        jurisdiction,
        state: kind === 'STATE',
        roots: [...roots],
        intermediates: [...intermediates],
        revocations: [...revocations],
      };
    }),
    endorsementThreshold: consortium.parameters.endorsementThreshold,
    definitions: definitions.map(({ sequence, block, transaction }) => ({
      sequence,
      block,
      transaction,
    })),
  };
}
