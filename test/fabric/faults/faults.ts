/** The faults that a consortium's nodes meet, each ended by nothing but what an operator would do. */
import assert from 'node:assert/strict';
import { lasting, OWN, type Scene, WITNESS } from './scene.ts';

export interface Fault {
  readonly title: string;
  run(scene: Scene): Promise<void>;
}

const orderer = (mspId: string) => `orderer.${mspId}`;

/** A member whose ordering node follows. */
async function findFollower({ members, findLeader }: Scene): Promise<string> {
  const leader = await findLeader();
  return members.find((mspId) => mspId !== leader)!;
}

/** A member that is neither the gateway's nor the witness. */
const findOther = ({ members }: Scene) =>
  members.find((mspId) => mspId !== OWN && mspId !== WITNESS)!;

async function killFor({ nodes }: Scene, name: string, seconds: number): Promise<void> {
  await nodes.kill(name);
  await lasting(seconds);
  await nodes.start(name);
}

async function pauseFor({ nodes }: Scene, name: string, seconds: number): Promise<void> {
  await nodes.pause(name);
  await lasting(seconds);
  await nodes.resume(name);
}

export const FAULTS: readonly Fault[] = [
  {
    title: 'one of four ordering nodes killed',
    run: async (scene) => killFor(scene, orderer(await findFollower(scene)), 3),
  },
  {
    title: 'one of four ordering nodes paused',
    run: async (scene) => pauseFor(scene, orderer(await findFollower(scene)), 4),
  },
  {
    title: 'the leading ordering node killed',
    run: async (scene) => killFor(scene, orderer(await scene.findLeader()), 6),
  },
  {
    title: 'the leading ordering node paused',
    run: async (scene) => pauseFor(scene, orderer(await scene.findLeader()), 6),
  },
  {
    title: 'the ordering nodes stopped and started, each in turn',
    run: async ({ nodes, members }) => {
      for (const mspId of members) {
        await nodes.stop(orderer(mspId));
        await nodes.start(orderer(mspId));
        await lasting(1);
      }
    },
  },
  {
    title: 'two of four ordering nodes killed: no acknowledgement',
    run: async ({ nodes, members, load }) => {
      const [first, second] = members.slice(1).map(orderer);
      await nodes.kill(first!);
      await nodes.kill(second!);
      const since = Date.now();
      await lasting(6);
      const isAcknowledged = load.hasCommitted(since);
      await nodes.start(first!);
      await nodes.start(second!);
      assert.equal(isAcknowledged, false);
    },
  },
  {
    title: 'an endorsing peer killed',
    run: (scene) => killFor(scene, `peer.${findOther(scene)}`, 4),
  },
  {
    title: 'the own peer killed',
    run: (scene) => killFor(scene, `peer.${OWN}`, 2),
  },
  {
    title: 'the chaincode process of another member killed',
    run: (scene) => killFor(scene, `chaincode.${findOther(scene)}`, 3),
  },
  {
    title: 'the chaincode process of the own member killed',
    run: (scene) => killFor(scene, `chaincode.${OWN}`, 3),
  },
  {
    title: 'the own peer paused: commit status times out',
    run: (scene) => pauseFor(scene, `peer.${OWN}`, 7),
  },
  {
    title: 'the gateway killed',
    run: async ({ killGateway, startGateway }) => {
      await killGateway();
      await startGateway();
    },
  },
  {
    title: 'the gateway killed while nothing is ordered',
    run: async ({ nodes, members, killGateway, startGateway }) => {
      const paused = members.slice(2).map(orderer);
      for (const name of paused) await nodes.pause(name);
      // By now whatever is written has been submitted, and is not committed.
      await lasting(1.5);
      await killGateway();
      for (const name of paused) await nodes.resume(name);
      // It is ordered while nobody waits for it.
      await lasting(1);
      await startGateway();
    },
  },
];
