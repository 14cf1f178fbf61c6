/** Chaincode as a service: the process that a peer connects to, over gRPC, as a peer does it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, expect, it } from 'vitest';

const SERVER = join(import.meta.dirname, '../../chaincode/src/server.ts');
const { Type } = peer.ChaincodeMessage;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function startServer(environment: Record<string, string>): ChildProcess {
  const { CHAINCODE_TLS_DISABLED: _, ...inherited } = process.env;
  return spawn(process.execPath, ['--no-deprecation', SERVER], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

let server: ChildProcess;
let address: string;
let output = '';
beforeAll(async () => {
  address = `127.0.0.1:${await freePort()}`;
  server = startServer({
    CHAINCODE_ID: 'tabellion_1:abc',
    CHAINCODE_SERVER_ADDRESS: address,
    CHAINCODE_TLS_DISABLED: 'true',
  });
  server.stdout?.on('data', (text) => (output += text));
  server.stderr?.on('data', (text) => (output += text));
});
afterAll(async () => {
  server.kill();
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
});

type MessageType = (typeof Type)[keyof typeof Type];

function message(type: MessageType, payload: Uint8Array = new Uint8Array()) {
  const made = new peer.ChaincodeMessage();
  made.setType(type);
  made.setTxid('f'.repeat(64));
  made.setChannelId('evidence');
  made.setPayload(payload);
  return made;
}

it('registers with its package ID, answers a transaction, and logs nothing of it', async () => {
  const client = new peer.ChaincodeClient(address, credentials.createInsecure());
  await new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + 20_000, (error) => (error ? reject(error) : resolve())),
  );
  const stream = client.connect();
  const next = async (): Promise<peer.ChaincodeMessage> => (await once(stream, 'data'))[0];
  const registered = await next();
  expect(registered.getType()).toBe(Type.REGISTER);
  const id = peer.ChaincodeID.deserializeBinary(registered.getPayload_asU8());
  expect(id.getName()).toBe('tabellion_1:abc');
  stream.write(message(Type.REGISTERED));
  stream.write(message(Type.READY));

  const input = new peer.ChaincodeInput();
  input.setArgsList([Buffer.from('nobody:secret-word'), Buffer.from('{}')]);
  stream.write(message(Type.TRANSACTION, input.serializeBinary()));
  const answer = await next();
  expect(answer.getType()).toBe(Type.COMPLETED);
  const response = peer.Response.deserializeBinary(answer.getPayload_asU8());
  expect(response.getStatus()).toBe(500);
  expect(output).not.toContain('secret-word');
  stream.end();
  client.close();
});

it('does not start unencrypted by omission', async () => {
  const bare = startServer({ CHAINCODE_ID: 'a:b', CHAINCODE_SERVER_ADDRESS: '127.0.0.1:0' });
  let told = '';
  bare.stderr?.on('data', (text) => (told += text));
  const [code] = await once(bare, 'exit');
  expect(code).toBe(1);
  expect(told).toContain('CHAINCODE_TLS_KEY_FILE');
});
