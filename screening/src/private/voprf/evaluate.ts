/** The operator's side of RFC 9497 in the verifiable mode: it sees blinded points and nothing else. */
import { p256 } from '@noble/curves/nist.js';
import { concatBytes, sha256, toBase64url, utf8 } from '@tabellion/proof';
import { proveEvaluation } from './dleq.ts';
import { decodePoint, encodePoint, prepareMultiplication, readNumber } from './group.ts';
import { type OprfKey, type PrivateOutput, publicKeyOf, secretNumber } from './key.ts';
import {
  type EvaluationAnswer,
  type EvaluationRequest,
  encodePoints,
  readPoints,
} from './message.ts';
import { framed, hashToPoint } from './suite.ts';

const FINALIZE = utf8('Finalize');
/** A fresh secret scalar, uniform from 1 to n − 1. */
const drawNonce = () => readNumber(p256.utils.randomSecretKey());

/**
 * BlindEvaluate with one proof for all points. Whether the caller may ask, and how often, is not decided
 * here, nor whether the key is in its time.
 * @throws PrivateError `POINT_…` for whatever is not a point; nothing is evaluated then. `OPRF_KEY_INVALID`.
 */
export async function evaluate(
  request: EvaluationRequest,
  key: OprfKey,
): Promise<EvaluationAnswer> {
  return evaluateWith(request, key, drawNonce());
}

/** For vectors only: of two proofs with one nonce, anybody computes the key. */
export async function evaluateWith(
  request: EvaluationRequest,
  key: OprfKey,
  nonce: bigint,
): Promise<EvaluationAnswer> {
  const blinded = readPoints(request.points).map(decodePoint);
  const secret = secretNumber(key);
  const multiply = prepareMultiplication(secret);
  const evaluated = await multiply(blinded);
  const publicKey = publicKeyOf(key.document);
  const proof = await proveEvaluation({ secret, multiply, publicKey, blinded, evaluated }, nonce);
  return {
    keyId: key.document.id,
    points: encodePoints(evaluated.map(encodePoint)),
    proof: toBase64url(proof),
  };
}

/**
 * Evaluate of RFC 9497, section 3.3.1: the outputs for addresses that the operator knows itself, the labelled
 * ones. They stay the same as long as the key does.
 */
export async function evaluateKnown(
  addressKeys: readonly Uint8Array[],
  key: OprfKey,
): Promise<PrivateOutput[]> {
  const evaluated = await prepareMultiplication(secretNumber(key))(addressKeys.map(hashToPoint));
  return evaluated.map((point, index) => ({
    addressKey: addressKeys[index]!,
    keyId: key.document.id,
    output: sha256(concatBytes(framed(addressKeys[index]!), framed(encodePoint(point)), FINALIZE)),
  }));
}
