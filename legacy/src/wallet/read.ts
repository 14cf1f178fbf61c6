/**
 * Identities in the file-system wallets of fabric-network, read without it: one `LABEL.id` file each
 * since version 2, a directory `LABEL/` with a file of that name and the key beside it in version 1.4.
 */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseStrict } from '@tabellion/proof';
import { z } from 'zod';
import { unlessAbsent } from '../../../gateway/src/identity/private-file.ts';
import { WalletError } from './error.ts';

/** A certificate and a key in PEM are about 2 kB. */
const MAX_BYTES = 65_536;
const SHARED_BITS = 0o077;

export interface WalletIdentity {
  readonly mspId: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM, as the wallet has it. */
  readonly privateKey: string;
  /** Others on this machine may read the wallet's file. */
  readonly isExposed: boolean;
}

const x509 = z.object({
  type: z.literal('X.509'),
  version: z.literal(1),
  mspId: z.string().min(1),
  credentials: z.object({ certificate: z.string(), privateKey: z.string() }),
});

const anyType = z.object({ type: z.string(), version: z.number() });

const user = z.object({
  mspid: z.string().min(1),
  enrollment: z.object({
    /** Names the key's file. */
    signingIdentity: z.string().regex(/^[0-9a-f]{1,128}$/),
    identity: z.object({ certificate: z.string() }),
  }),
});

/** Labels of a wallet, of either version, in ascending order. @throws WalletError `WALLET_NOT_FOUND`. */
export async function listWallet(directory: string): Promise<string[]> {
  const entries = await unlessAbsent(readdir(directory, { withFileTypes: true }));
  if (!entries) throw new WalletError('WALLET_NOT_FOUND', `there is no wallet ${directory}`);
  const labels = entries.flatMap((entry) => {
    if (entry.isDirectory()) return [entry.name];
    return entry.isFile() && entry.name.endsWith('.id') ? [entry.name.slice(0, -3)] : [];
  });
  return labels.sort();
}

/** @throws WalletError any code of it but `KEY_EXISTS` and `UNKNOWN_MEMBER`. */
export async function readWallet(directory: string, label: string): Promise<WalletIdentity> {
  // A label is one name: it must not lead out of the wallet.
  if (!(await listWallet(directory)).includes(label)) {
    throw new WalletError('WALLET_NOT_FOUND', `the wallet ${directory} has no identity ${label}`);
  }
  const file = await readSmall(join(directory, `${label}.id`));
  if (file) return readCurrent(file, label);
  return readOld(join(directory, label), label);
}

function readCurrent({ bytes, isExposed }: SmallFile, label: string): WalletIdentity {
  const content = parse(anyType.loose(), bytes, label);
  if (content.type === 'HSM-X.509') {
    throw new WalletError(
      'WALLET_KEY_IN_HSM',
      `the key of ${label} is in a hardware module, not in the wallet: run \`tabellion init\` for a new one`,
    );
  }
  if (content.type !== 'X.509' || content.version !== 1) {
    throw new WalletError(
      'WALLET_TYPE_UNSUPPORTED',
      `${label} is of type ${content.type}, version ${content.version}; only X.509, version 1 is read`,
    );
  }
  const { mspId, credentials } = parse(x509, bytes, label);
  return { mspId, ...credentials, isExposed };
}

async function readOld(directory: string, label: string): Promise<WalletIdentity> {
  const file = await readSmall(join(directory, label));
  if (!file) throw malformed(label);
  const { mspid, enrollment } = parse(user, file.bytes, label);
  const key = await readSmall(join(directory, `${enrollment.signingIdentity}-priv`));
  if (!key) {
    throw new WalletError('WALLET_KEY_IN_HSM', `the key of ${label} is not in the wallet`);
  }
  return {
    mspId: mspid,
    certificate: enrollment.identity.certificate,
    privateKey: key.bytes.toString('utf8'),
    isExposed: key.isExposed,
  };
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer, label: string): T {
  try {
    return schema.parse(parseStrict(bytes));
  } catch {
    // The cause might quote the key.
    throw malformed(label);
  }
}

const malformed = (label: string) =>
  new WalletError('WALLET_MALFORMED', `what the wallet has under ${label} is no identity`);

interface SmallFile {
  readonly bytes: Buffer;
  readonly isExposed: boolean;
}

async function readSmall(path: string): Promise<SmallFile | undefined> {
  const file = await unlessAbsent(open(path));
  if (!file) return undefined;
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > MAX_BYTES) {
      throw new WalletError('WALLET_MALFORMED', `${path} is no file of a wallet`);
    }
    return { bytes: await file.readFile(), isExposed: (facts.mode & SHARED_BITS) !== 0 };
  } finally {
    await file.close();
  }
}
