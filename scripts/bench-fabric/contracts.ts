/** What the product is measured against, on the same chaincode servers. */
import { type Context, Contract } from 'fabric-contract-api';

/**
 * One transaction an item, the way that `CreateAsset` of Fabric's public sample asset-transfer-basic
 * (chaincode-javascript) is written: look whether the key exists, write one JSON document with its
 * fields in alphabetical order, answer with it.
 */
export class SampleContract extends Contract {
  constructor() {
    super('sample');
  }

  async CreateAsset(ctx: Context, id: string, digest: string, path: string, size: string) {
    const existing = await ctx.stub.getState(id);
    if (existing.length > 0) throw new Error(`The asset ${id} already exists`);
    const asset = JSON.stringify({ Digest: digest, ID: id, Path: path, Size: Number(size) });
    await ctx.stub.putState(id, Buffer.from(asset));
    return asset;
  }
}

/** Reads nothing, writes nothing: what every transaction costs. */
export class EmptyContract extends Contract {
  constructor() {
    super('empty');
  }

  async run(): Promise<string> {
    return '';
  }
}
