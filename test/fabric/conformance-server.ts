/** Serves the conformance suite's contract to a peer; environment as for the chaincode's own server. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createChaincode, serveChaincode } from '@tabellion/chaincode/kernel/chaincode';
import { contracts } from '../conformance/contract.ts';

const read = (name: string) => process.env[name] ?? '';

await serveChaincode(createChaincode(contracts, 'conformance', '1'), {
  ccid: read('CHAINCODE_ID'),
  address: read('CHAINCODE_SERVER_ADDRESS'),
  tlsProps: {
    key: readFileSync(read('CHAINCODE_TLS_KEY_FILE')),
    cert: readFileSync(read('CHAINCODE_TLS_CERT_FILE')),
    clientCACerts: readFileSync(read('CHAINCODE_TLS_CLIENT_CACERT_FILE')),
  },
});
