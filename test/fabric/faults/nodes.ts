/** What can befall the nodes of a network on this machine. */
import process from 'node:process';
import {
  describeNetwork,
  type NetworkOptions,
  startNode,
  stopNode,
} from '../../../node-config/fabric/native/network.ts';

export interface Nodes extends AsyncDisposable {
  /** SIGKILL. */
  kill(name: string): Promise<void>;
  /** SIGSTOP: its connections stay, and nobody answers. */
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /** As an operator does. */
  stop(name: string): Promise<void>;
  /** Ready when it resolves. */
  start(name: string): Promise<void>;
}

export function controlNodes(network: NetworkOptions): Nodes {
  const paused = new Set<string>();
  const findPid = async (name: string) => {
    const node = (await describeNetwork(network.directory)).find((one) => one.name === name);
    if (!node?.running) throw new Error(`${name} does not run`);
    return node.pid!;
  };
  const resume = async (name: string) => {
    paused.delete(name);
    process.kill(await findPid(name), 'SIGCONT');
  };
  return {
    kill: async (name) => void process.kill(await findPid(name), 'SIGKILL'),
    pause: async (name) => {
      paused.add(name);
      process.kill(await findPid(name), 'SIGSTOP');
    },
    resume,
    stop: (name) => stopNode(network, name),
    start: (name) => startNode(network, name),
    [Symbol.asyncDispose]: async () => {
      for (const name of paused) await resume(name);
    },
  };
}
