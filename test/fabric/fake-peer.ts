/** A peer's deliver service that answers as a test tells it, on a free port of this machine. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { common, peer } from '@hyperledger/fabric-protos';
import { openTlsAuthority } from '../../node-config/fabric/tls-authority.ts';

export interface FakePeer extends AsyncDisposable {
  /** `localhost:port`. */
  readonly address: string;
  /** PEM. */
  readonly tlsRoot: string;
}

/** Blocks first, then a status, if any: without one the stream stays open. */
export interface Answer {
  readonly blocks: readonly Uint8Array[];
  readonly status?: Status;
}

type Status = Parameters<peer.DeliverResponse['setStatus']>[0];

export const { SUCCESS, FORBIDDEN } = common.Status;

type Call = ServerDuplexStream<Uint8Array, peer.DeliverResponse>;

/** Whatever it is asked, it answers so. */
export async function startFakePeer({ blocks, status }: Answer): Promise<FakePeer> {
  const directory = await mkdtemp(join(tmpdir(), 'tabellion-fake-peer-'));
  const authority = await openTlsAuthority(directory, 'test');
  const { certificate, key } = await authority.issue(['localhost', '127.0.0.1']);
  const server = new Server();
  const deliver = {
    path: '/protos.Deliver/Deliver',
    requestStream: true,
    responseStream: true,
    requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
    requestDeserialize: (bytes: Buffer): Uint8Array => bytes,
    responseSerialize: (message: peer.DeliverResponse) => Buffer.from(message.serializeBinary()),
    responseDeserialize: (bytes: Buffer) => peer.DeliverResponse.deserializeBinary(bytes),
  };
  const answer = async (call: Call) => {
    await once(call, 'data');
    for (const bytes of blocks) {
      const response = new peer.DeliverResponse();
      response.setBlock(common.Block.deserializeBinary(bytes));
      call.write(response);
    }
    if (status === undefined) return;
    const response = new peer.DeliverResponse();
    response.setStatus(status);
    call.write(response);
    call.end();
  };
  server.addService({ deliver }, { deliver: (call: Call) => void answer(call) });
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) };
  const credentials = ServerCredentials.createSsl(null, [pair]);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    address: `localhost:${port}`,
    tlsRoot: authority.certificate,
    [Symbol.asyncDispose]: async () => {
      server.forceShutdown();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
