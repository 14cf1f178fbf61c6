/** Blocks as a peer's deliver service hands them out: what followers, audits and this alone read. */
import { randomBytes } from 'node:crypto';
import type { Client, ClientDuplexStream } from '@grpc/grpc-js';
import { common, orderer, peer } from '@hyperledger/fabric-protos';
import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Signer } from '../act.ts';
import { LedgerError, type LedgerErrorCode } from '../port.ts';
import { NONCE_BYTES } from '../proposal.ts';
import { encodeEnvelope } from '../transaction.ts';
import { StreamBroken } from './follow.ts';

const DELIVER = '/protos.Deliver/Deliver';

export interface BlockRequest {
  readonly channel: string;
  /** Whoever the channel's readers policy admits: any client of a member. */
  readonly signer: Signer;
  readonly from: number;
  /** Ends with the newest block that the peer has when it is asked; otherwise it goes on for ever. */
  readonly toNewest?: boolean;
  /** Without a block for so long the peer counts as away, milliseconds. A follower may wait for ever. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * `common.Block` bytes in order. Ends when the signal ends.
 * @throws LedgerError `IDENTITY_REFUSED`; `UNAVAILABLE` where the peer, or its stream, is gone.
 */
export async function* deliverBlocks(
  client: Client,
  request: BlockRequest,
): AsyncGenerator<{ readonly number: number; readonly bytes: Uint8Array }> {
  const { signal, idleMs } = request;
  if (signal?.aborted) return;
  const envelope = await signSeek(request);
  const stream: ClientDuplexStream<Uint8Array, peer.DeliverResponse> = client.makeBidiStreamRequest(
    DELIVER,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => peer.DeliverResponse.deserializeBinary(bytes),
  );
  let isIdle = false;
  const stop = () => stream.cancel();
  const giveUp = () => {
    isIdle = true;
    stop();
  };
  const awaitPeer = () => (idleMs === undefined ? undefined : setTimeout(giveUp, idleMs));
  let timer = awaitPeer();
  signal?.addEventListener('abort', stop, { once: true });
  // The iteration below sees errors; one that comes after its end concerns nobody.
  stream.on('error', () => undefined);
  stream.write(envelope);
  try {
    for await (const response of stream as AsyncIterable<peer.DeliverResponse>) {
      if (signal?.aborted) return;
      const block = response.getBlock();
      if (!block) return assertSuccess(response.getStatus());
      // Only the peer's time counts, not that of whoever reads.
      clearTimeout(timer);
      yield { number: block.getHeader()?.getNumber() ?? 0, bytes: block.serializeBinary() };
      timer = awaitPeer();
    }
    throw new StreamBroken('the peer ended the stream of blocks');
  } catch (error) {
    if (signal?.aborted) return;
    if (error instanceof LedgerError) throw error;
    const text = isIdle ? 'the peer sends no blocks' : (error as Error).message;
    throw new StreamBroken(text, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

const { Status } = common;

const REFUSALS: Readonly<Partial<Record<number, readonly [LedgerErrorCode, string]>>> = {
  [Status.FORBIDDEN]: ['IDENTITY_REFUSED', 'the peer shows its blocks to members only'],
  [Status.BAD_REQUEST]: ['BAD_PROPOSAL', 'the peer does not take the request for blocks'],
  [Status.NOT_FOUND]: ['UNAVAILABLE', 'the peer has no such channel or block'],
};

function assertSuccess(status: number): void {
  if (status === Status.SUCCESS) return;
  const [code, text] = REFUSALS[status] ?? ['UNAVAILABLE', `the peer answered ${status}`];
  throw new LedgerError(code, text);
}

/** `common.Envelope` bytes of a request for blocks. */
async function signSeek({ channel, signer, from, toNewest }: BlockRequest): Promise<Uint8Array> {
  const now = Date.now();
  const timestamp = new timestampPb.Timestamp();
  timestamp.setSeconds(Math.floor(now / 1000));
  timestamp.setNanos((now % 1000) * 1_000_000);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.DELIVER_SEEK_INFO);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setChannelId(channel);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.creator);
  signatureHeader.setNonce(randomBytes(NONCE_BYTES));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());

  const seek = new orderer.SeekInfo();
  seek.setStart(specified(from));
  seek.setStop(toNewest ? newest() : specified(Number.MAX_SAFE_INTEGER));
  seek.setBehavior(orderer.SeekInfo.SeekBehavior.BLOCK_UNTIL_READY);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(seek.serializeBinary());
  const bytes = payload.serializeBinary();
  return encodeEnvelope(bytes, await signer.sign(bytes));
}

function specified(number: number): orderer.SeekPosition {
  const place = new orderer.SeekSpecified();
  place.setNumber(number);
  const position = new orderer.SeekPosition();
  position.setSpecified(place);
  return position;
}

function newest(): orderer.SeekPosition {
  const position = new orderer.SeekPosition();
  position.setNewest(new orderer.SeekNewest());
  return position;
}
