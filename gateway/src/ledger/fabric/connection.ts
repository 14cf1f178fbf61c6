/** The connection to the member's own peer: one gRPC channel, shared by all calls. */
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, hash } from '@hyperledger/fabric-gateway';
import type { Signer } from '../act.ts';

export interface PeerEndpoint {
  /** `host:port` */
  readonly address: string;
  /** PEM of the authority that issued the peer's TLS certificate. */
  readonly tlsRoot: string;
  /** Name in that certificate, where the address has another or is an IP address. */
  readonly serverName?: string;
}

export interface Connection {
  readonly gateway: Gateway;
  /** For services of the peer besides its gateway. */
  readonly client: Client;
  close(): void;
}

const MAX_MESSAGE = 100 * 1024 * 1024;
const EVALUATE_MS = 10_000;
const ENDORSE_MS = 20_000;
const SUBMIT_MS = 10_000;
/** A lost connection shows within this time even while nothing happens on the ledger. */
const STATUS_MS = 5000;

const within = (milliseconds: number) => () => ({ deadline: Date.now() + milliseconds });

/**
 * Peers take a ping a minute by default (`peer.keepalive.minInterval`) and close the connection of who
 * sends more. A peer that is gone without a word, or stopped, is noticed after both times together; calls
 * have deadlines of their own.
 */
const KEEPALIVE_MS = 65_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** Connects when it is first used. */
export function openClient({ address, tlsRoot, serverName }: PeerEndpoint): Client {
  return new Client(address, credentials.createSsl(Buffer.from(tlsRoot)), {
    ...(serverName && { 'grpc.ssl_target_name_override': serverName }),
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': MAX_MESSAGE,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
  });
}

/** `service` signs what the gateway asks on its own behalf: blocks, heights, commit status. */
export function openConnection(peer: PeerEndpoint, service: Signer): Connection {
  const client = openClient(peer);
  const gateway = connect({
    client,
    identity: { mspId: service.mspId, credentials: Buffer.from(service.certificate) },
    // The signer hashes for itself.
    hash: hash.none,
    signer: (message) => service.sign(message),
    evaluateOptions: within(EVALUATE_MS),
    endorseOptions: within(ENDORSE_MS),
    submitOptions: within(SUBMIT_MS),
    commitStatusOptions: within(STATUS_MS),
  });
  return {
    gateway,
    client,
    close: () => {
      gateway.close();
      client.close();
    },
  };
}
