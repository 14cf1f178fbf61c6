/**
 * The contract that the conformance suite runs: one function for each thing that a ledger does. Plain
 * functions with text arguments, so that it can be deployed as chaincode on any Fabric network.
 */
import { contracts as words } from '@tabellion/chaincode';
import { type Context, Contract } from 'fabric-contract-api';
import { KeyEndorsementPolicy } from 'fabric-shim';

const collectionOf = (mspId: string) => `_implicit_org_${mspId}`;

export class ConformanceContract extends Contract {
  constructor() {
    super('conformance');
  }

  async put(ctx: Context, key: string, value: string) {
    await ctx.stub.putState(key, Buffer.from(value));
    return value;
  }

  async get(ctx: Context, key: string) {
    return (await ctx.stub.getState(key)).toString();
  }

  /** Answers what it read before the write. */
  async getThenPut(ctx: Context, key: string, value: string) {
    const before = await ctx.stub.getState(key);
    await ctx.stub.putState(key, Buffer.from(value));
    return before.toString();
  }

  async putThenGet(ctx: Context, key: string, value: string) {
    await ctx.stub.putState(key, Buffer.from(value));
    return (await ctx.stub.getState(key)).toString();
  }

  async putTwice(ctx: Context, key: string, first: string, second: string) {
    await ctx.stub.putState(key, Buffer.from(first));
    await ctx.stub.putState(key, Buffer.from(second));
    return second;
  }

  async remove(ctx: Context, key: string) {
    await ctx.stub.deleteState(key);
    return key;
  }

  async putThenRefuse(ctx: Context, key: string, value: string) {
    await ctx.stub.putState(key, Buffer.from(value));
    throw new Error('REFUSED_HERE: as asked');
  }

  async scan(ctx: Context, start: string, end: string) {
    const keys: string[] = [];
    for await (const { key } of ctx.stub.getStateByRange(start, end)) keys.push(key);
    return JSON.stringify(keys);
  }

  async scanThenPut(ctx: Context, start: string, end: string, key: string, value: string) {
    const keys = await this.scan(ctx, start, end);
    await ctx.stub.putState(key, Buffer.from(value));
    return keys;
  }

  async page(ctx: Context, start: string, end: string, size: string, bookmark: string) {
    const promise = ctx.stub.getStateByRangeWithPagination(start, end, Number(size), bookmark);
    const keys: string[] = [];
    for await (const { key } of promise) keys.push(key);
    const { metadata } = await promise;
    return JSON.stringify({ keys, next: metadata.bookmark });
  }

  async pageThenPut(ctx: Context, start: string, end: string, key: string) {
    await this.page(ctx, start, end, '2', '');
    await ctx.stub.putState(key, Buffer.from('x'));
    return 'written';
  }

  async query(ctx: Context, selector: string) {
    const keys: string[] = [];
    for await (const { key } of ctx.stub.getQueryResult(selector)) keys.push(key);
    return JSON.stringify(keys);
  }

  async putComposite(ctx: Context, type: string, first: string, second: string, value: string) {
    const key = ctx.stub.createCompositeKey(type, [first, second]);
    await ctx.stub.putState(key, Buffer.from(value));
    return 'written';
  }

  async scanComposite(ctx: Context, type: string, first: string) {
    const found: string[][] = [];
    for await (const { key } of ctx.stub.getStateByPartialCompositeKey(type, [first])) {
      found.push(ctx.stub.splitCompositeKey(key).attributes);
    }
    return JSON.stringify(found);
  }

  async history(ctx: Context, key: string) {
    const found: [string, boolean, string][] = [];
    for await (const entry of ctx.stub.getHistoryForKey(key)) {
      found.push([entry.txId, entry.isDelete, Buffer.from(entry.value).toString()]);
    }
    return JSON.stringify(found);
  }

  async announceTwice(ctx: Context, key: string, first: string, second: string) {
    await ctx.stub.putState(key, Buffer.from(second));
    ctx.stub.setEvent('first', Buffer.from(first));
    ctx.stub.setEvent('second', Buffer.from(second));
    return second;
  }

  async getThenAnnounce(ctx: Context, key: string, payload: string) {
    const before = await ctx.stub.getState(key);
    await ctx.stub.putState(key, Buffer.from(payload));
    ctx.stub.setEvent('announced', Buffer.from(payload));
    return before.toString();
  }

  async setPolicy(ctx: Context, key: string, mspId: string) {
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', mspId);
    await ctx.stub.setStateValidationParameter(key, policy.getPolicy());
    return mspId;
  }

  async getPolicy(ctx: Context, key: string) {
    const bytes = await ctx.stub.getStateValidationParameter(key);
    return bytes?.length ? new KeyEndorsementPolicy(Buffer.from(bytes)).listOrgs().join() : '';
  }

  async putAndSetPolicy(ctx: Context, key: string, value: string, mspId: string) {
    await ctx.stub.putState(key, Buffer.from(value));
    return this.setPolicy(ctx, key, mspId);
  }

  /** A public record with a marker in a member's implicit collection. */
  async mark(ctx: Context, key: string, mspId: string, value: string) {
    await ctx.stub.putState(`public/${key}`, Buffer.from(value));
    return this.markOnly(ctx, key, mspId, value);
  }

  async markOnly(ctx: Context, key: string, mspId: string, value: string) {
    await ctx.stub.putPrivateData(collectionOf(mspId), key, Buffer.from(value));
    return 'marked';
  }

  async markFromTransient(ctx: Context, key: string, mspId: string) {
    const value = ctx.stub.getTransient().get('value');
    if (!value) throw new Error('NO_TRANSIENT: value');
    await ctx.stub.putPrivateData(collectionOf(mspId), key, value);
    return 'marked';
  }

  async unmark(ctx: Context, key: string, mspId: string) {
    await ctx.stub.deletePrivateData(collectionOf(mspId), key);
    return 'unmarked';
  }

  async purgeMark(ctx: Context, key: string, mspId: string) {
    await ctx.stub.purgePrivateData(collectionOf(mspId), key);
    return 'purged';
  }

  async markHash(ctx: Context, key: string, mspId: string) {
    const hash = await ctx.stub.getPrivateDataHash(collectionOf(mspId), key);
    return Buffer.from(hash).toString('hex');
  }

  async markHashThenPut(ctx: Context, key: string, mspId: string, other: string) {
    const hash = await this.markHash(ctx, key, mspId);
    await ctx.stub.putState(other, Buffer.from(hash));
    return hash;
  }

  async readMark(ctx: Context, key: string, mspId: string) {
    return (await ctx.stub.getPrivateData(collectionOf(mspId), key)).toString();
  }

  /** Members answer differently: only the owner has the private value. */
  async putWhatIsKnown(ctx: Context, key: string, mark: string, mspId: string) {
    let known = 'nothing';
    try {
      known = await this.readMark(ctx, mark, mspId);
    } catch {
      // Another member's peer has only the hash.
    }
    await ctx.stub.putState(key, Buffer.from(known));
    return known;
  }

  async useChance(ctx: Context, key: string) {
    const value = String(Math.random());
    await ctx.stub.putState(key, Buffer.from(value));
    return value;
  }

  async useClock(ctx: Context, key: string) {
    const value = `${Date.now()} ${process.hrtime.bigint()}`;
    await ctx.stub.putState(key, Buffer.from(value));
    return value;
  }

  /** Transaction time in milliseconds, as the proposal says. */
  async time(ctx: Context) {
    const { seconds, nanos } = ctx.stub.getTxTimestamp();
    return String(Number(seconds) * 1000 + Math.floor(nanos / 1_000_000));
  }

  async whoAmI(ctx: Context) {
    return ctx.clientIdentity.getMSPID();
  }
}

/** Beside it the product's own, which the checks of custody run. */
export const contracts = [ConformanceContract, ...words];
