/**
 * Chaincode as a service: the peer connects to this process. Environment, named as in Fabric's samples:
 * - `CHAINCODE_ID`: package ID that `peer lifecycle chaincode queryinstalled` prints;
 * - `CHAINCODE_SERVER_ADDRESS`: `host:port` to listen on;
 * - `CHAINCODE_TLS_KEY_FILE`, `CHAINCODE_TLS_CERT_FILE`, `CHAINCODE_TLS_CLIENT_CACERT_FILE`: PEM files;
 *   the peer must present a certificate of that CA;
 * - `CHAINCODE_TLS_DISABLED=true` instead of the three, where the peer is on the same host.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { ChaincodeInterface } from 'fabric-shim';
import { createChaincode, type ServerOptions, serveChaincode } from './chaincode.ts';

/**
 * Serves the contracts as the environment says. Resolves once bound.
 * @param guard may refuse an invocation before the contracts see it.
 */
export async function serveFromEnvironment(
  contracts: readonly (new () => object)[],
  title: string,
  version: string,
  guard: (chaincode: ChaincodeInterface) => ChaincodeInterface = (chaincode) => chaincode,
): Promise<void> {
  await serveChaincode(guard(createChaincode(contracts, title, version)), {
    ccid: readVariable('CHAINCODE_ID'),
    address: readVariable('CHAINCODE_SERVER_ADDRESS'),
    ...readTls(),
  });
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}

const readFileNamed = (variable: string) => readFileSync(readVariable(variable));

function readTls(): Pick<ServerOptions, 'tlsProps'> {
  if (process.env.CHAINCODE_TLS_DISABLED === 'true') return {};
  return {
    tlsProps: {
      key: readFileNamed('CHAINCODE_TLS_KEY_FILE'),
      cert: readFileNamed('CHAINCODE_TLS_CERT_FILE'),
      clientCACerts: readFileNamed('CHAINCODE_TLS_CLIENT_CACERT_FILE'),
    },
  };
}
