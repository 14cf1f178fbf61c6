import { createRequire } from 'node:module';
import type { ChaincodeInterface, ChaincodeServerOpts } from 'fabric-shim';
import { removeShimListeners } from './shim.ts';

/** What a peer accepts and sends, bytes; gRPC's own limit of 4 MiB would end the stream to the peer. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/**
 * The contracts as Fabric's own dispatcher runs them. The dispatcher is no public export of the shim,
 * which would look for contracts in a package's CommonJS main file instead.
 */
export function createChaincode(
  contracts: readonly (new () => object)[],
  title: string,
  version: string,
): ChaincodeInterface {
  const Dispatcher = load('fabric-shim/lib/contract-spi/chaincodefromcontract.js');
  const { JSONSerializer } = load('fabric-contract-api');
  const serializers = { transaction: 'json', serializers: { json: JSONSerializer } };
  return new Dispatcher([...contracts], serializers, {}, title, version);
}

export interface ServerOptions {
  /** Package ID of the installed chaincode. */
  readonly ccid: string;
  /** `host:port` to listen on. */
  readonly address: string;
  /** Without it the connection is not encrypted. */
  readonly tlsProps?: ChaincodeServerOpts['tlsProps'];
}

/** Listens for the peer. Resolves once bound. */
export async function serveChaincode(
  chaincode: ChaincodeInterface,
  options: ServerOptions,
): Promise<void> {
  const { Shim } = load('fabric-shim');
  const limits = { 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES };
  await Shim.server(chaincode, { ...options, ...limits }).start();
}

/** Loaded late: never by who needs only contracts. */
function load(module: string) {
  const loaded = createRequire(import.meta.url)(module);
  removeShimListeners();
  return loaded;
}
