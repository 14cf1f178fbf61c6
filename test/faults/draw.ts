import { createHash } from 'node:crypto';

/** Numbers from 0 to 1, the same for the same seed. */
export function drawNumbers(seed: string): () => number {
  let turn = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed}/${turn}`).digest();
    turn += 1;
    return digest.readUInt32BE() / 2 ** 32;
  };
}
