/**
 * The parts of fabric-shim that run contracts, without its transport. The shim's log would print
 * arguments, and its start-up catches the process's uncaught errors: both are switched off here.
 */
import { createRequire } from 'node:module';
import type { peer } from '@hyperledger/fabric-protos';
import { createChaincode as createFabricChaincode } from '@tabellion/chaincode/kernel/chaincode';
import { runDeterministically } from './determinism.ts';
import type { ShimHandler } from './shim-handler.ts';

const require = createRequire(import.meta.url);

/** A contract class as `contracts` of a chaincode package lists them. */
export type ContractClass = new () => object;

export interface ShimResponse {
  readonly status: number;
  readonly message?: string;
  readonly payload?: Uint8Array;
}

export interface ShimStub {
  readonly chaincodeEvent?: peer.ChaincodeEvent;
}

export interface Chaincode {
  Invoke(stub: ShimStub): Promise<ShimResponse>;
}

/** The calls by which the shim enters a contract. */
const HOOKS = [
  'beforeTransaction',
  'aroundTransaction',
  'afterTransaction',
  'unknownTransaction',
] as const;
type ContractInstance = Record<
  (typeof HOOKS)[number],
  (...args: readonly unknown[]) => Promise<unknown>
>;
interface ContractHost extends Chaincode {
  readonly contractImplementations: Readonly<
    Record<string, { readonly contractInstance: ContractInstance }>
  >;
}

const ChaincodeStub: new (
  handler: ShimHandler,
  channel: string,
  txId: string,
  input: peer.ChaincodeInput,
  signedProposal: peer.SignedProposal,
) => ShimStub = require('fabric-shim/lib/stub.js');

/** One instance for each member, as each member runs its own chaincode process. */
export function createChaincode(contracts: readonly ContractClass[], name: string): Chaincode {
  const chaincode = createFabricChaincode(contracts, name, '1') as Chaincode as ContractHost;
  for (const { contractInstance } of Object.values(chaincode.contractImplementations)) {
    guardContract(contractInstance);
  }
  return chaincode;
}

/** The shim's own code reads the clock while it parses a certificate; contracts may not. */
function guardContract(contract: ContractInstance): void {
  for (const name of HOOKS) {
    const hook = contract[name].bind(contract);
    contract[name] = (...args) => runDeterministically(() => hook(...args));
  }
}

export function createStub(
  handler: ShimHandler,
  call: { channel: string; txId: string; input: peer.ChaincodeInput; signed: peer.SignedProposal },
): ShimStub {
  return new ChaincodeStub(handler, call.channel, call.txId, call.input, call.signed);
}
