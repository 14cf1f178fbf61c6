/**
 * What a key's evaluation of each labelled address came to: it stays the same as long as the key does, and is by
 * far the most that a table costs. One file a share of the addresses, encrypted under the key: without the key it
 * says nothing, and what was changed or cut off is not used, but worked out again.
 */
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '@tabellion/proof';
import type { OprfKey } from '@tabellion/screening';
import { unlessAbsent } from '../../identity/private-file.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OUTPUT_BYTES = 32;
const RECORD_BYTES = 32 + OUTPUT_BYTES;

/** By {@link nameOf} an address. */
export type Outputs = ReadonlyMap<string, Uint8Array>;

export interface KnownOutputs {
  /** Empty where there are none that can be used. */
  read(share: number): Promise<Outputs>;
  /** Takes the place of all that are known of the share. */
  write(share: number, outputs: Outputs): Promise<void>;
}

export const nameOf = (addressKey: Uint8Array): string => hash('sha256', addressKey, 'hex');

export async function openOutputs(directory: string, key: OprfKey): Promise<KnownOutputs> {
  const { id } = key.document;
  const own = join(directory, id);
  await mkdir(own, { recursive: true, mode: 0o700 });
  const secret = new Uint8Array(
    hkdfSync('sha256', key.secretKey, new Uint8Array(), 'tabellion private outputs', 32),
  );
  const fileOf = (share: number) => join(own, `${share}.bin`);
  const boundTo = (share: number) => utf8(`${id}/${share}`);

  const open = (share: number, bytes: Buffer): Buffer | undefined => {
    try {
      const decipher = createDecipheriv(CIPHER, secret, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(share));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
    } catch {
      return undefined;
    }
  };

  return {
    async read(share) {
      const bytes = await unlessAbsent(readFile(fileOf(share)));
      const records = bytes && open(share, bytes);
      const outputs = new Map<string, Uint8Array>();
      if (records === undefined) return outputs;
      for (let at = 0; at < records.length; at += RECORD_BYTES) {
        const end = at + RECORD_BYTES;
        const name = records.toString('hex', at, end - OUTPUT_BYTES);
        outputs.set(name, records.subarray(end - OUTPUT_BYTES, end));
      }
      return outputs;
    },
    async write(share, outputs) {
      const records = Buffer.alloc(outputs.size * RECORD_BYTES);
      let at = 0;
      for (const [name, output] of outputs) {
        records.write(name, at, 'hex');
        records.set(output, at + RECORD_BYTES - OUTPUT_BYTES);
        at += RECORD_BYTES;
      }
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(share));
      const sealed = [cipher.update(records), cipher.final()];
      const bytes = Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]);
      await writeFile(fileOf(share), bytes, { mode: 0o600 });
    },
  };
}

/** Removes what is known of every key but these. */
export async function forgetOutputs(directory: string, kept: ReadonlySet<string>): Promise<void> {
  for (const id of (await unlessAbsent(readdir(directory))) ?? []) {
    if (!kept.has(id)) await rm(join(directory, id), { recursive: true, force: true });
  }
}
