/**
 * What is used of the SDK, so that types are checked whether or not it is installed. Its own
 * declarations say `any` where it matters.
 */
declare module 'fabric-common' {
  export interface ConnectOptions {
    /** `grpcs://host:port` */
    readonly url: string;
    readonly pem: string;
    readonly 'ssl-target-name-override'?: string;
    /** Milliseconds. */
    readonly requestTimeout: number;
    readonly 'grpc-wait-for-ready-timeout': number;
    /** Options of gRPC itself. */
    readonly [option: `grpc.${string}`]: number | string;
  }

  export interface Endpoint {
    isTLS(): boolean;
  }

  export interface ServiceEndpoint {
    connect(endpoint: Endpoint): Promise<void>;
    disconnect(): void;
  }

  /** `protos.ProposalResponse`; its bytes stay as the peer sent them. */
  export interface ProposalResponse {
    readonly response: {
      readonly status: number;
      readonly message: string;
      readonly payload: Uint8Array;
    };
    readonly payload: Uint8Array;
    readonly endorsement: {
      readonly endorser: Uint8Array;
      readonly signature: Uint8Array;
    } | null;
  }

  export interface Endorser extends ServiceEndpoint {
    sendProposal(signed: {
      readonly proposal_bytes: Uint8Array;
      readonly signature: Uint8Array;
    }): Promise<ProposalResponse>;
  }

  export interface BroadcastResponse {
    /** `common.Status` by name. */
    readonly status: string;
    readonly info?: string;
  }

  export interface Committer extends ServiceEndpoint {
    sendBroadcast(envelope: {
      readonly payload: Uint8Array;
      readonly signature: Uint8Array;
    }): Promise<BroadcastResponse>;
  }

  export class Client {
    static newClient(name: string): Client;
    newEndpoint(options: ConnectOptions): Endpoint;
    newEndorser(name: string, mspId?: string): Endorser;
    newCommitter(name: string, mspId?: string): Committer;
  }
}

declare module 'fabric-network' {
  export interface X509Identity {
    readonly type: 'X.509';
    readonly mspId: string;
    readonly credentials: { readonly certificate: string; readonly privateKey: string };
  }

  export const Wallets: {
    newFileSystemWallet(directory: string): Promise<{
      put(label: string, identity: X509Identity): Promise<void>;
    }>;
  };
}
