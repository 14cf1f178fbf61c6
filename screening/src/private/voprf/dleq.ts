/**
 * RFC 9497, section 2.2: one proof that every evaluated point is the blinded one times the same secret,
 * whose public key is known.
 */
import { p256 } from '@noble/curves/nist.js';
import { concatBytes, sha256, utf8 } from '@tabellion/proof';
import { PrivateError } from '../error.ts';
import { sumProducts } from '../sum/sum.ts';
import {
  encodePoint,
  isOnCurve,
  ORDER,
  type Point,
  prepareMultiplication,
  writeNumber,
} from './group.ts';
import { framed, hashToScalar, SEED_TAG, uint16 } from './suite.ts';

export interface Evaluation {
  /** The key as a number, and what multiplies by it. */
  readonly secret: bigint;
  readonly multiply: ReturnType<typeof prepareMultiplication>;
  readonly publicKey: Uint8Array;
  readonly blinded: readonly Point[];
  readonly evaluated: readonly Point[];
}

const COMPOSITE = utf8('Composite');
const CHALLENGE = utf8('Challenge');
const BASE: Point = p256.Point.BASE.toAffine();

/**
 * GenerateProof with ComputeCompositesFast: c ‖ s, 64 bytes. `nonce` is secret, 1 to n − 1, and never
 * used twice: two proofs of one nonce give the key away.
 * @throws PrivateError `ARITHMETIC_FAULT`.
 */
export async function proveEvaluation(evaluation: Evaluation, nonce: bigint): Promise<Uint8Array> {
  const { secret, multiply, publicKey, blinded } = evaluation;
  const composite = sumProducts(blinded, weigh(evaluation));
  // Off the curve, a product by the key would tell of it: no sum gets there unchecked.
  if (!isOnCurve(composite)) throw new PrivateError('ARITHMETIC_FAULT', 'a sum is off the curve');
  const multiplyNonce = prepareMultiplication(nonce);
  const [[composed], [fromBase, fromComposite]] = await Promise.all([
    multiply([composite]),
    multiplyNonce([BASE, composite]),
  ]);
  const points = [composite, composed!, fromBase!, fromComposite!].map(encodePoint);
  const transcript = [publicKey, ...points].map(framed);
  const challenge = hashToScalar(concatBytes(...transcript, CHALLENGE));
  const response = (((nonce - challenge * secret) % ORDER) + ORDER) % ORDER;
  return concatBytes(writeNumber(challenge), writeNumber(response));
}

/** The weights of ComputeComposites: nobody can choose points after them. */
function weigh({ publicKey, blinded, evaluated }: Evaluation): bigint[] {
  const seed = framed(sha256(concatBytes(framed(publicKey), framed(SEED_TAG))));
  return blinded.map((point, index) => {
    const pair = [framed(encodePoint(point)), framed(encodePoint(evaluated[index]!))];
    return hashToScalar(concatBytes(seed, uint16(index), ...pair, COMPOSITE));
  });
}
