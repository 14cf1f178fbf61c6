/** Advice on what the development consortium is founded with: DE asks, of an exchange in SG and of CN. */
import { fileURLToPath } from 'node:url';
import { Calendar } from '@tabellion/chaincode/order/clock/calendar';
import { expect, it } from 'vitest';
import { at } from '../../../chaincode/test/order-case.ts';
import { loadConsortium } from '../identity/consortium.ts';
import { type AdviceGround, type Asked, advise } from './advise.ts';

const FILE = fileURLToPath(new URL('../../../node-config/consortium.yaml', import.meta.url));
const { members, reference } = await loadConsortium(FILE);
const side = (mspId: string) => ({
  ...members.find((member) => member.mspId === mspId)!,
  status: 'ACTIVE' as const,
});

const groundFor = (named: string): AdviceGround => ({
  issuer: side('DeAgencyMSP'),
  named: side(named),
  states: [side(named === 'CnAgencyMSP' ? named : 'SgAgencyMSP')],
  profiles: reference.flatMap((entry) =>
    entry.register === 'orderProfile'
      ? [{ governed: { id: entry.id, version: entry.version }, profile: entry.body }]
      : [],
  ),
  treaties: new Map(
    reference.flatMap((entry) => (entry.register === 'treaty' ? [[entry.id, entry.body]] : [])),
  ),
  calendars: new Map(
    reference.flatMap(({ id, version, ...entry }) =>
      entry.register === 'calendar'
        ? [[entry.body.jurisdiction, { id, version, calendar: new Calendar(entry.body) }]]
        : [],
    ),
  ),
});

const ask = (changes: Partial<Asked>): Asked =>
  ({
    ...{ at: at('2026-09-01T10:00:00Z'), role: 'judicialReviewer', kind: 'FREEZE' },
    ...{ categories: ['ASSETS'], locations: ['SG'], ...changes },
  }) as Asked;

it('freezes at the exchange, for as many days as the order has to state', () => {
  const { open, openIf } = advise(ask({}), groundFor('ExchangeMSP'));
  const route = [...open, ...openIf].find(({ profile }) => profile.id === 'exchange-freeze');
  const texts = route?.steps.map(({ text }) => text).join('\n');
  expect(texts).toContain('at least 1 days, which the order has to state, then it lapses');
});

it('asks a state by assistance, once an authority of the own member lets it go', () => {
  const { open, openIf } = advise(ask({}), groundFor('ExchangeMSP'));
  const steps = [...open, ...openIf].find(({ profile }) => profile.id === 'mla')!.steps;
  const gate = steps.findIndex(({ text }) => text.includes('by the issuing member'));
  expect(steps[gate]).toMatchObject({ event: 'CLEARED', article: 'ORD-12, ORD-15' });
  const gates = steps.filter(({ event }) => event === 'CLEARED').map(({ article }) => article);
  expect(gates).toEqual(['ORD-12, ORD-15', 'ORD-11; 25(4)', 'ORD-11']);
  expect(steps.findIndex(({ event }) => event === 'SERVED')).toBeGreaterThan(gate);
});

it('asks China under its own profiles, with the approvals of its law, and says why not otherwise', () => {
  const asked = ask({ kind: 'PRODUCE', categories: ['CONTENT'], locations: ['CN'] });
  const { open, openIf, closed } = advise(asked, groundFor('CnAgencyMSP'));
  const ways = [...open, ...openIf];
  expect(ways.map(({ profile }) => profile.id)).toEqual(['cn-assistance']);
  const gates = ways[0]!.steps.filter(({ event }) => event === 'CLEARED');
  expect(gates.map(({ article }) => article)).toEqual(['4(3), 16', 'DSL 36', 'PIPL 41']);
  const reasonsOf = (id: string) =>
    closed.find(({ profile }) => profile.id === id)!.reasons.map(({ reason }) => reason);
  expect(reasonsOf('tabellion-ordinary')).toContain('RESERVATION');
  expect(reasonsOf('mla')).toContain('STATE');
  expect(reasonsOf('second-protocol-12')).toContain('NOT_IN_FORCE');
});
