/**
 * The package that members install for chaincode that runs as a service. It is the same for all of
 * them and holds no code and no key: an outer archive of `metadata.json` and `code.tar.gz`. What runs
 * is told by its version, which is the definition's too.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { digestProgram } from './chaincode-program.ts';

const BLOCK = 512;

/** A POSIX ustar archive of small files, the same bytes for the same content. */
function archive(files: readonly { name: string; content: Buffer }[]): Buffer {
  const parts = files.flatMap(({ name, content }) => {
    const header = Buffer.alloc(BLOCK);
    const octal = (value: number, length: number) => `${value.toString(8).padStart(length, '0')}\0`;
    header.write(name, 0);
    header.write(octal(0o644, 7), 100);
    header.write(octal(0, 7), 108);
    header.write(octal(0, 7), 116);
    header.write(octal(content.length, 11), 124);
    header.write(octal(0, 11), 136);
    header.write(' '.repeat(8), 148);
    header.write('0', 156);
    header.write('ustar\0', 257);
    header.write('00', 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

const toJson = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);

export interface ChaincodePackage {
  readonly bytes: Uint8Array;
  /** `<label>:<sha256>`, what Fabric calls it once installed. */
  readonly id: string;
}

export interface ProgramPackage extends ChaincodePackage {
  /**
   * Version of the definition under which members run this program: `sha256.<digest of its sources>`.
   * Members see each other's approvals by it, and every endorsement carries it.
   */
  readonly version: string;
  /** What Fabric and the member's builder know the package by. */
  readonly label: string;
}

/** The package of the program that a chaincode server runs: an absolute path to a TypeScript file. */
export async function packProgram(chaincode: string, server: string): Promise<ProgramPackage> {
  const version = `sha256.${await digestProgram(server)}`;
  const label = `${chaincode}_${version}`;
  return { version, label, ...packChaincode(label) };
}

/** Label of the package of the chaincode's first definition. */
export const labelOf = (chaincode: string): string => `${chaincode}_1`;

/** The version that a package was made for: its label ends with it. */
export const versionOf = (chaincode: string, packageId: string): string =>
  packageId.slice(chaincode.length + 1, packageId.lastIndexOf(':'));

/**
 * `connection.json` inside is a template of Fabric's own builder for chaincode as a service, which
 * fills it from the peer's environment; our builder takes the peer's own file instead.
 */
export function packChaincode(label: string): ChaincodePackage {
  const connection = {
    address: '{{.address}}',
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    client_key: '{{.client_key}}',
    client_cert: '{{.client_cert}}',
    root_cert: '{{.root_cert}}',
  };
  const code = gzipSync(archive([{ name: 'connection.json', content: toJson(connection) }]));
  const bytes = gzipSync(
    archive([
      { name: 'metadata.json', content: toJson({ type: 'ccaas', label }) },
      { name: 'code.tar.gz', content: code },
    ]),
  );
  return { bytes, id: `${label}:${createHash('sha256').update(bytes).digest('hex')}` };
}
