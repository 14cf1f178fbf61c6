import { expect, it } from 'vitest';
import { planLocalTopology } from '../topology.ts';
import { nextServer } from './nodes.ts';
import type { ChaincodeServer, NetworkState } from './state.ts';
import { replaceServers } from './upgrade.ts';

const { members } = planLocalTopology(
  {
    ...{ channel: 'evidence', chaincode: 'tabellion' },
    members: ['Cn', 'De', 'Sg'].map((mspId) => ({ mspId, kind: 'STATE' })),
    parameters: { endorsementThreshold: 2, timeWindowSeconds: 900 },
  },
  '127.0.0.1',
  Array.from({ length: 21 }, (_, index) => 1000 + index),
);
const program = (name: string) => ({ server: `/${name}.ts`, packageId: `tabellion_${name}:0` });
const running = (name: string, port: number): ChaincodeServer => ({
  ...program(name),
  endpoint: { host: '127.0.0.1', port },
});
const process = (pid: number) => ({ pid, started: 'then' });
const state: NetworkState = {
  ...{ version: 1, channel: 'evidence', chaincode: 'tabellion', ready: true, ...program('old') },
  members,
  servers: { [nextServer('Cn')]: running('new', 1), [nextServer('De')]: running('other', 2) },
  processes: {
    'chaincode.Cn': process(11),
    'chaincode.De': process(12),
    'chaincode.Sg': process(13),
    [nextServer('Cn')]: process(21),
    [nextServer('De')]: process(22),
  },
};

it('puts new servers in the place of old ones, and remembers what the others run', () => {
  const after = replaceServers(state, new Map([['Cn', running('new', 1)]]));
  expect(after).toMatchObject(program('new'));
  expect(after.members.map(({ chaincode }) => chaincode.port)).toEqual([
    1,
    members[1]!.chaincode.port,
    members[2]!.chaincode.port,
  ]);
  expect(after.servers).toEqual({
    [nextServer('De')]: running('other', 2),
    'chaincode.De': { ...program('old'), endpoint: members[1]!.chaincode },
    'chaincode.Sg': { ...program('old'), endpoint: members[2]!.chaincode },
  });
  expect(after.processes['chaincode.Cn']).toEqual(process(21));
  expect(after.processes).not.toHaveProperty(nextServer('Cn'));
});

it('forgets them once all have gone over', () => {
  const first = replaceServers(
    { ...state, servers: { [nextServer('Cn')]: running('new', 1) } },
    new Map([['Cn', running('new', 1)]]),
  );
  const later = ['De', 'Sg'].reduce(
    (before, mspId, index) => replaceServers(before, new Map([[mspId, running('new', index + 2)]])),
    first,
  );
  expect(later.servers).toEqual({});
  expect(later.members.map(({ chaincode }) => chaincode.port)).toEqual([1, 2, 3]);
});
