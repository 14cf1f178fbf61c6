/**
 * Importing this module replaces two functions of noble by faster ones that give the same bytes.
 * Multiplication by secret scalars: OpenSSL's, in constant time and in the pool of threads. `node:crypto`
 * gives only the x of a product, so that each takes two, by k and by k + 1, which together leave one y.
 * Keccak-256 of addresses: hash-wasm's, at about a tenth of the time; OpenSSL in Node offers none.
 */
import '@tabellion/proof/node';
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  ECDH,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { createKeccak } from 'hash-wasm';
import { installKeccak, type Keccak } from './address/keccak.ts';
import {
  FIELD,
  type GroupProvider,
  installGroup,
  ORDER,
  type Point,
  readNumber,
  writeNumber,
} from './private/voprf/group.ts';
import { recoverPoints } from './private/voprf/recover-y.ts';

const CURVE = 'prime256v1';
const X = 1;
const Y = 33;
const END = 65;
/** DER up to the scalar: RFC 5208 and RFC 5915, the public key left out. */
const PKCS8_HEAD = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';
/** DER up to the coordinates: RFC 5480. */
const SPKI_HEAD = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';

const agree = promisify(diffieHellman) as (keys: {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}) => Promise<Buffer>;

export const nodeGroup: GroupProvider = {
  decompress(encoded) {
    try {
      const whole = ECDH.convertKey(encoded, CURVE, undefined, undefined, 'uncompressed') as Buffer;
      return { x: readNumber(whole.subarray(X, Y)), y: readNumber(whole.subarray(Y, END)) };
    } catch {
      return undefined;
    }
  },
  prepare(scalar) {
    // Its successor is 0, which multiplies to the identity.
    if (scalar === ORDER - 1n) return async (points) => points.map(negate);
    const privateKey = importScalar(scalar);
    const successor = importScalar(scalar + 1n);
    return async (points) => {
      // All before the first goes to the pool: both would wait for OpenSSL's locks.
      const publicKeys = points.map(importPoint);
      const products = publicKeys.map((publicKey) =>
        Promise.all([
          agree({ privateKey, publicKey }),
          agree({ privateKey: successor, publicKey }),
        ]),
      );
      const abscissas = (await Promise.all(products)).map(([x, nextX], index) => ({
        point: points[index]!,
        x: readNumber(x),
        nextX: readNumber(nextX),
      }));
      return recoverPoints(abscissas);
    };
  },
};

const negate = ({ x, y }: Point): Point => ({ x, y: FIELD - y });

function importScalar(scalar: bigint): KeyObject {
  const key = Buffer.concat([Buffer.from(PKCS8_HEAD, 'hex'), writeNumber(scalar)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function importPoint({ x, y }: Point): KeyObject {
  const key = Buffer.concat([Buffer.from(SPKI_HEAD, 'hex'), writeNumber(x), writeNumber(y)]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

installGroup(nodeGroup);

const hasher = await createKeccak(256);
export const nodeKeccak: Keccak = (bytes) => hasher.init().update(bytes).digest('binary');
installKeccak(nodeKeccak);
