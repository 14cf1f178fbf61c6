/** What a trust file says of a channel, read from its chain. */
import {
  type Block,
  blockHeaderHash,
  type ChannelConfig,
  HEADER_TYPE,
  readBlock,
  readConfig,
  readEnvelopeHeader,
  toHex,
  validationCodeName,
} from '@tabellion/proof';
import { LedgerError, type LedgerPort } from '../port.ts';
import { type Definition, readDefinitions } from './definition.ts';

export interface ChannelFacts {
  /** Hash of the first block's header, hex. */
  readonly genesis: string;
  /** Of the chaincode, in the order in which they were committed. */
  readonly definitions: readonly Definition[];
  /** The channel's configuration in force. */
  readonly config: ChannelConfig;
}

/** Keeps what it has read: the whole chain once, which takes long on a long one, then what is new. */
export class FactsReader {
  readonly #ledger: LedgerPort;
  #next = 0;
  #genesis = '';
  #definitions: readonly Definition[] = [];
  #config: ChannelConfig | undefined;
  #reading: Promise<ChannelFacts> | undefined;

  constructor(ledger: LedgerPort) {
    this.#ledger = ledger;
  }

  /** As of the present height. @throws LedgerError. */
  read(): Promise<ChannelFacts> {
    this.#reading ??= this.#catchUp().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #catchUp(): Promise<ChannelFacts> {
    const height = await this.#ledger.height();
    if (this.#next < height) {
      for await (const bytes of this.#ledger.blocks(this.#next)) {
        this.#readBlock(bytes);
        if (this.#next >= height) break;
      }
    }
    if (!this.#config) throw new LedgerError('UNAVAILABLE', 'the chain holds no configuration');
    return { genesis: this.#genesis, definitions: this.#definitions, config: this.#config };
  }

  #readBlock(bytes: Uint8Array): void {
    const block = readBlock(bytes);
    if (block.number === 0) this.#genesis = toHex(blockHeaderHash(block));
    if (isConfiguration(block)) {
      this.#config = readConfig(bytes);
    } else {
      this.#definitions = [...this.#definitions, ...readDefinitions(bytes, this.#ledger.chaincode)];
    }
    this.#next = block.number + 1;
  }
}

function isConfiguration({ number, envelopes, validationCodes }: Block): boolean {
  if (number === 0) return true;
  const [first] = envelopes;
  // What was found invalid may not even be readable.
  if (!first || validationCodeName(validationCodes[0] ?? -1) !== 'VALID') return false;
  return readEnvelopeHeader(first).type === HEADER_TYPE.CONFIG;
}

export const readFacts = (ledger: LedgerPort): Promise<ChannelFacts> =>
  new FactsReader(ledger).read();
