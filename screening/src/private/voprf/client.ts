/** The asking side of RFC 9497 in the verifiable mode. */
import { p256, p256_oprf } from '@noble/curves/nist.js';
import { equalBytes } from '@tabellion/proof';
import { PrivateError } from '../error.ts';
import { decodePoint, encodePoint, ORDER, readNumber, SCALAR_BYTES } from './group.ts';
import { type OprfKeyDocument, type PrivateOutput, publicKeyOf } from './key.ts';
import {
  type EvaluationAnswer,
  type EvaluationRequest,
  encodePoints,
  MAX_POINTS,
  readPoints,
  readProof,
} from './message.ts';
import { hashToPoint } from './suite.ts';

/** Stays with whoever asks: it opens the answer, and would tell the operator what was asked. */
export interface BlindingState {
  readonly keyId: string;
  readonly items: readonly {
    readonly input: Uint8Array;
    readonly blind: Uint8Array;
    readonly blinded: Uint8Array;
  }[];
}

export interface BlindedQuestion {
  readonly state: BlindingState;
  readonly request: EvaluationRequest;
}

/**
 * Hides each input behind a fresh random scalar: the points are uniform, whatever the inputs are.
 * @throws PrivateError `POINT_COUNT`.
 */
export function blind(inputs: readonly Uint8Array[], key: OprfKeyDocument): BlindedQuestion {
  if (inputs.length === 0 || inputs.length > MAX_POINTS) {
    throw new PrivateError('POINT_COUNT', `1 to ${MAX_POINTS} inputs at once`);
  }
  const items = inputs.map((input) => ({ input, ...p256_oprf.voprf.blind(input) }));
  const points = encodePoints(items.map(({ blinded }) => blinded));
  return { state: { keyId: key.id, items }, request: { keyId: key.id, points } };
}

/**
 * What {@link blind} gave with a request, from inputs and blinds that were kept: it shows what was asked.
 * Undefined unless each point is the one that they make, and nothing else.
 * @throws PrivateError `POINT_COUNT`, `POINT_ENCODING`.
 */
export function restoreBlinding(
  { keyId, points }: EvaluationRequest,
  kept: readonly { readonly input: Uint8Array; readonly blind: Uint8Array }[],
): BlindingState | undefined {
  const asked = readPoints(points);
  if (asked.length !== kept.length) return undefined;
  const items = kept.map((each, index) => ({ ...each, blinded: asked[index]! }));
  return items.every(isMadeOf) ? { keyId, items } : undefined;
}

function isMadeOf({ input, blind, blinded }: BlindingState['items'][number]): boolean {
  if (blind.length !== SCALAR_BYTES) return false;
  const scalar = readNumber(blind);
  if (scalar === 0n || scalar >= ORDER) return false;
  const point = p256.Point.fromAffine(hashToPoint(input)).multiply(scalar).toAffine();
  return equalBytes(encodePoint(point), blinded);
}

/**
 * The outputs, 32 bytes each, in the order of the inputs, once the proof is found right under the key that
 * was asked for: an operator that used another key for one client would recognise it later.
 * @throws PrivateError `KEY_UNKNOWN` when another key answered, `POINT_…`, `EVALUATION_INVALID`.
 */
export function finalise(
  state: BlindingState,
  answer: EvaluationAnswer,
  key: OprfKeyDocument,
): PrivateOutput[] {
  if (answer.keyId !== state.keyId || key.id !== state.keyId) {
    throw new PrivateError('KEY_UNKNOWN', 'the answer is of another key than was asked');
  }
  const evaluated = readPoints(answer.points);
  if (evaluated.length !== state.items.length) {
    throw new PrivateError('POINT_COUNT', 'not as many points as were asked');
  }
  evaluated.forEach(decodePoint);
  const proof = readProof(answer.proof);
  const items = state.items.map((item, index) => ({ ...item, evaluated: evaluated[index]! }));
  try {
    const outputs = p256_oprf.voprf.finalizeBatch(items, publicKeyOf(key), proof);
    return outputs.map((output, index) => ({
      ...{ addressKey: state.items[index]!.input, keyId: key.id, output },
    }));
  } catch (cause) {
    throw new PrivateError('EVALUATION_INVALID', 'the proof does not hold under that key', {
      cause,
    });
  }
}
