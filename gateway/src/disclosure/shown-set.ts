/** Sets and their proofs as answers show them. */
import { digestHex } from '@tabellion/chaincode/kernel/schema';
import {
  type DisclosureSet,
  fromHex,
  type SetPlace,
  type SetProof,
  toHex,
  utf8,
} from '@tabellion/proof';
import { z } from 'zod';

/** Leaf hashes, 64 hexadecimal digits and a line feed each, ascending. */
export const LEAVES = 'text/plain';

const place = z.strictObject({ leaf: digestHex, index: z.int(), hashes: z.array(digestHex) });
export const setProof = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('MEMBER'), place }),
  z.strictObject({ kind: z.literal('ABSENT'), left: place.nullable(), right: place.nullable() }),
]);
export type ShownSetProof = z.infer<typeof setProof>;

export function showSetProof(proof: SetProof): ShownSetProof {
  if (proof.kind === 'MEMBER') return { kind: 'MEMBER', place: showPlace(proof.place) };
  const { left, right } = proof;
  return { kind: 'ABSENT', left: left && showPlace(left), right: right && showPlace(right) };
}

export function readSetProof(shown: ShownSetProof): SetProof {
  if (shown.kind === 'MEMBER') return { kind: 'MEMBER', place: readPlace(shown.place) };
  const { left, right } = shown;
  return { kind: 'ABSENT', left: left && readPlace(left), right: right && readPlace(right) };
}

const showPlace = ({ leaf, index, hashes }: SetPlace) => ({
  leaf: toHex(leaf),
  index,
  hashes: hashes.map(toHex),
});

const readPlace = ({ leaf, index, hashes }: z.infer<typeof place>): SetPlace => ({
  leaf: fromHex(leaf),
  index,
  hashes: hashes.map(fromHex),
});

export const encodeLeaves = ({ leaves }: DisclosureSet): Uint8Array =>
  utf8(leaves.map((leaf) => `${toHex(leaf)}\n`).join(''));
