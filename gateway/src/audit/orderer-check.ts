/** That a block was ordered by those whom the configuration names. */
import {
  type Block,
  type BlockSignature,
  parseCertificate,
  readBlockSignatures,
  verifySignature,
} from '@tabellion/proof';
import { AuditBreak, assertHolds } from './break.ts';
import type { Configuration } from './configuration.ts';

/** @param configuration the one in force before this block. */
export function checkOrderers(block: Block, configuration: Configuration): void {
  const place = { block: block.number };
  const { lastConfig, signatures } = readOrBreak(block);
  const signers = new Set(
    signatures.flatMap((signature) => findSigner(signature, configuration) ?? []),
  );
  const needed = countNeeded(configuration.consenters.length);
  assertHolds(
    place,
    signers.size >= needed,
    'ORDERER_SIGNATURE_INVALID',
    `${signers.size} of ${needed} signatures hold`,
  );
  // A configuration block names itself or the one before, depending on the orderer's version.
  const named = lastConfig === configuration.block || lastConfig === block.number;
  assertHolds(place, named, 'LAST_CONFIG_MISMATCH', `${lastConfig}, not ${configuration.block}`);
}

/** ⌈(n + f + 1) / 2⌉ of n BFT consenters, f = ⌊(n − 1) / 3⌋; one signature where there are none. */
function countNeeded(consenters: number): number {
  const faulty = Math.floor((consenters - 1) / 3);
  return consenters === 0 ? 1 : Math.ceil((consenters + faulty + 1) / 2);
}

/** What tells the signer from others, or undefined where the signature does not hold. */
function findSigner(signature: BlockSignature, configuration: Configuration): string | undefined {
  const { creator, consenter, signedBytes } = signature;
  if (configuration.consenters.length === 0) {
    const identity = creator === null ? undefined : configuration.identifyOrderer(creator);
    const holds =
      identity !== undefined &&
      verifySignature(identity.certificate, signedBytes, signature.signature);
    return holds ? identity.fingerprint : undefined;
  }
  const named = configuration.consenters.find(({ id }) => id === consenter);
  if (named === undefined) return undefined;
  const certificate = parseCertificate(named.certificatePem);
  return verifySignature(certificate, signedBytes, signature.signature) ? `${named.id}` : undefined;
}

function readOrBreak(block: Block) {
  try {
    return readBlockSignatures(block);
  } catch (error) {
    throw new AuditBreak('ORDERER_SIGNATURE_INVALID', { block: block.number }, String(error));
  }
}
