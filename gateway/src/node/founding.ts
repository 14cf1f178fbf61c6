/** The first act on a ledger: who the members are and what they agreed on. */
import { canonicalBytes, utf8 } from '@tabellion/proof';
import type { MemberCa } from '../identity/ca.ts';
import { type Consortium, foundingInput } from '../identity/consortium.ts';
import { createCsr, generatePrivateKey, signerFromPem } from '../identity/key.ts';
import { performAct, type Signer } from '../ledger/act.ts';
import { expectRecord } from '../ledger/compare-record.ts';
import { LedgerError, type LedgerPort } from '../ledger/port.ts';

export interface Founder {
  /** Reads whether the consortium is founded already. */
  readonly service: Signer;
  /** Certifies the delegate who founds it. */
  readonly authority: MemberCa;
}

/**
 * Founds the consortium where nobody has; every founding member's peer endorses it.
 * @throws LedgerError
 */
export async function ensureFounded(
  ledger: LedgerPort,
  { service, authority }: Founder,
  consortium: Consortium,
): Promise<void> {
  if (await isFounded(ledger, service)) return;
  try {
    await found(ledger, await issueFounder(authority), consortium);
  } catch (error) {
    // Another member's gateway may have been first.
    if (!(await isFounded(ledger, service))) throw error;
  }
}

async function isFounded(ledger: LedgerPort, signer: Signer): Promise<boolean> {
  const { proposal } = await ledger.prepare({
    transaction: 'member:read',
    args: [utf8('founding')],
    creator: signer.creator,
  });
  try {
    await ledger.evaluate({ bytes: proposal, signature: await signer.sign(proposal) });
    return true;
  } catch (error) {
    if (error instanceof LedgerError && error.contractCode === 'NOT_FOUND') return false;
    throw error;
  }
}

async function found(ledger: LedgerPort, signer: Signer, consortium: Consortium): Promise<void> {
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

/** A delegate for this one act: the key is never written down. */
async function issueFounder(authority: MemberCa): Promise<Signer> {
  const key = generatePrivateKey();
  const certificate = await authority.issue(await createCsr(key), {
    ou: 'client',
    role: 'delegate',
    keyCustody: 'gateway',
    days: 1,
  });
  return signerFromPem(authority.mspId, certificate, key);
}
