import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import type { Principal } from '../http/deps.ts';
import { rememberTokens } from './token-memo.ts';

const START = 1_800_000_000_000;
const principal: Principal = {
  ...{ subject: 'id:system', member: 'DeAgencyMSP', role: 'system', clientKind: 'system' },
};

const sign = (expiresAt: number) =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expiresAt / 1000)
    .sign(new Uint8Array(32));

function setUp() {
  const state = { now: START, verified: 0, refused: false };
  const verify = async () => {
    state.verified += 1;
    if (state.refused) throw new Error('refused');
    return principal;
  };
  const { verify: ask } = rememberTokens({ verify }, () => state.now);
  return { state, ask };
}

it('verifies a token once in half a minute', async () => {
  const { state, ask } = setUp();
  const token = await sign(START + 600_000);
  for (const [seconds, verified] of [
    [0, 1],
    [29, 1],
    [30, 2],
    [59, 2],
    [61, 3],
  ] as const) {
    state.now = START + seconds * 1000;
    expect(await ask(token)).toEqual(principal);
    expect(state.verified).toBe(verified);
  }
});

it('asks again about a token that has expired, or whose time is no longer known', async () => {
  const { state, ask } = setUp();
  const token = await sign(START + 10_000);
  await ask(token);
  state.refused = true;
  state.now = START + 9_000;
  expect(await ask(token)).toEqual(principal);
  state.now = START + 10_000;
  await expect(ask(token)).rejects.toThrow('refused');
  state.refused = false;
  state.now = START;
  await ask(token);
  state.refused = true;
  state.now = START - 86_400_000;
  await expect(ask(token)).rejects.toThrow('refused');
});

it('remembers no refusal, and nothing of another token', async () => {
  const { state, ask } = setUp();
  const token = await sign(START + 10_000);
  state.refused = true;
  await expect(ask(token)).rejects.toThrow('refused');
  state.refused = false;
  await ask(token);
  await ask(await sign(START + 20_000));
  expect(state.verified).toBe(3);
});
