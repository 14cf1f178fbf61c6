/** What reaches a contract before any rule: names, arguments and bytes that the shim would let through. */
import { canonicalText, utf8 } from '@tabellion/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleAcquire } from '../../chaincode/test/samples.ts';
import type { Signer } from '../../gateway/src/ledger/act.ts';
import { newId } from './scene.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let investigator: Signer;
beforeAll(async () => {
  world = await openWorld();
  await world.found();
  investigator = await world.person('CnMSP', 'investigator');
});
afterAll(() => world.close());

const valid = () => utf8(canonicalText(sampleAcquire({ id: newId() })));
const withText = (change: (text: string) => string) =>
  utf8(change(canonicalText(sampleAcquire({ id: newId() }))));

describe('the argument', () => {
  it.each<[string, () => Uint8Array[]]>([
    ['none', () => []],
    ['two', () => [valid(), utf8('{}')]],
    ['an empty one', () => [new Uint8Array()]],
    ['invalid UTF-8', () => [Uint8Array.from([...withText((t) => t.slice(0, -1)), 0xff, 0x7d])]],
    ['duplicate keys', () => [withText((t) => t.replace('{', '{"case":"OTHER",'))]],
    ['an unknown field', () => [withText((t) => t.replace('{', '{"jurisdiction":"DE",'))]],
    ['a prototype', () => [withText((t) => t.replace('{', '{"__proto__":{"route":"DOMESTIC"},'))]],
    ['a lone surrogate', () => [withText((t) => t.replace('search of', 'search \\ud800'))]],
    [
      'an unsafe integer',
      () => [withText((t) => t.replace(/"startedAt":\d+/, '"startedAt":9007199254740993'))],
    ],
    ['deep nesting', () => [utf8('['.repeat(10_000))]],
    ['more than 64 KiB', () => [withText((t) => t + ' '.repeat(70_000))]],
    [
      'a digest of the wrong length',
      () => [withText((t) => t.replace('"witnesses":[]', '"witnesses":["abcd"]'))],
    ],
  ])('%s is refused', async (_what, args) => {
    await world.refuse('BAD_INPUT', investigator, 'evidence:acquire', null, { args: args() });
  });

  it('need not be canonical itself; the record is', async () => {
    const loose = utf8(JSON.stringify(sampleAcquire({ id: newId() }), null, 2));
    const { code } = await world.act(investigator, 'evidence:acquire', null, { args: [loose] });
    expect(code).toBe('VALID');
  });

  it('names the field in the refusal (CNS-7)', async () => {
    const input = sampleAcquire({ legalBases: [{ id: 'Not An Id', version: 1 }] });
    const message = await world.refuse('BAD_INPUT', investigator, 'evidence:acquire', input);
    expect(message).toMatch(/^BAD_INPUT: legalBases\.0\.id: /);
  });
});

describe('the name', () => {
  it.each([
    'acquire',
    ':acquire',
    'evidence:acquire:x',
    'evidence:Acquire',
    'evidence:constructor',
    'evidence:createContext',
    'evidence:beforeTransaction',
    'evidence:aroundTransaction',
    'evidence:unknownTransaction',
    'evidence:getName',
    'evidence:__proto__',
    'evidence:toString',
    'member:acquire',
    'read',
  ])('%s is no transaction', async (name) => {
    await world.refuse('UNKNOWN_TRANSACTION', investigator, name, sampleAcquire());
  });

  it.each([
    'nobody:acquire',
    '__proto__:acquire',
    'constructor:constructor',
  ])('%s is no contract', async (name) => {
    const height = await world.ledger.height();
    await expect(world.endorse(investigator, name, sampleAcquire(), {})).rejects.toThrow();
    expect(await world.ledger.height()).toBe(height);
  });
});
