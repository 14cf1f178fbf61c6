/** A connection to one node, opened when it is first used and again after it could not be. */
import type { Client, Endpoint, ServiceEndpoint } from 'fabric-common';
import type { PeerEndpoint } from '../../gateway/src/ledger/fabric/connection.ts';

/** How long a node may take to answer a call, and to take a connection, milliseconds. */
const REQUEST_MS = 20_000;
const CONNECT_MS = 3000;

export class NodeLink<Service extends ServiceEndpoint> {
  readonly #service: Service;
  readonly #endpoint: Endpoint;
  #opening: Promise<Service> | undefined;

  constructor(service: Service, endpoint: Endpoint) {
    this.#service = service;
    this.#endpoint = endpoint;
  }

  /** @throws the SDK's error where the node takes no connection in time. */
  open(): Promise<Service> {
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  close(): void {
    this.#service.disconnect();
  }

  /** A connection that was there once is restored by gRPC itself. */
  async #connect(): Promise<Service> {
    try {
      await this.#service.connect(this.#endpoint);
      return this.#service;
    } catch (error) {
      this.#service.disconnect();
      this.#opening = undefined;
      throw error;
    }
  }
}

export function describeEndpoint(
  client: Client,
  { address, tlsRoot, serverName }: PeerEndpoint,
): Endpoint {
  return client.newEndpoint({
    url: `grpcs://${address}`,
    pem: tlsRoot,
    ...(serverName !== undefined && { 'ssl-target-name-override': serverName }),
    requestTimeout: REQUEST_MS,
    'grpc-wait-for-ready-timeout': CONNECT_MS,
    // By itself gRPC would leave a node that was restarted alone for up to two minutes.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    // Peers close the connection of who sends more than a ping a minute.
    'grpc.keepalive_time_ms': 65_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
}
