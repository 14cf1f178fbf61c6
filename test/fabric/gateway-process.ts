/** A member's gateway as its operator runs it: `scripts/start` in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { layoutMember } from '../../node-config/fabric/layout.ts';
import { describeMember } from '../../node-config/fabric/native/connect.ts';
import type { GatewayWorld } from './gateway-world.ts';

const START = join(import.meta.dirname, '../../scripts/start.ts');

export interface GatewayProcess {
  readonly pid: number;
  readonly address: string;
  /** What it told when it was ready. */
  readonly told: { readonly address: string; readonly users: readonly unknown[] };
  /** @returns exit code and signal, once it is gone. */
  end(signal: NodeJS.Signals): Promise<unknown>;
}

export interface GatewayPlace {
  readonly member: string;
  /** Where it keeps everything; a later process goes on there. */
  readonly data: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Described by a file, as of a network that is not ours, and reached by this SDK. */
  readonly sdk?: 'gateway' | 'legacy';
  /** Where the other members' gateways are: a file. */
  readonly gateways?: string;
  /** What the members agreed on: a file, the development consortium's by default. */
  readonly consortium?: string;
}

/** @throws if it ends before it is ready. */
export async function startGatewayProcess(
  { network, issuer, at }: Pick<GatewayWorld, 'network' | 'issuer' | 'at'>,
  { member, data, port = 0, sdk, gateways, consortium }: GatewayPlace,
): Promise<GatewayProcess> {
  const issuers = at('issuers.yaml');
  const trusted = { name: 'own', issuer: issuer.issuer };
  const { jwksUri, audience } = issuer;
  await writeFile(issuers, JSON.stringify({ issuers: [{ ...trusted, jwksUri, audience }] }));
  const place = sdk
    ? { '--fabric': await writeMemberFile(network.directory, member, sdk) }
    : { '--fabric': network.directory, '--member': member };
  const options = {
    ...{ ...place, '--issuers': issuers },
    ...{ '--data': data, '--port': String(port) },
    ...(gateways !== undefined && { '--gateways': gateways }),
    ...(consortium !== undefined && { '--consortium': consortium }),
  };
  const args = [START, ...Object.entries(options).flat(), '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const line = once(createInterface({ input: child.stdout }), 'line');
  const ready = await Promise.race([line, exit.then(() => undefined)]);
  if (!ready) throw new Error(`the gateway of ${member} ended before it was ready`);
  const told = JSON.parse(ready[0]);
  return {
    pid: child.pid!,
    address: told.address,
    told,
    end: (signal) => {
      child.kill(signal);
      return exit;
    },
  };
}

/** As node-config/member.example.yaml has it. */
async function writeMemberFile(directory: string, mspId: string, sdk: string): Promise<string> {
  const { peer } = await describeMember(directory, mspId);
  const layout = layoutMember(directory, mspId);
  const msp = join(layout.gateway, 'msp');
  const file = join(directory, `${mspId}.yaml`);
  const text = JSON.stringify({
    ...{ mspId, sdk, authority: layout.ca },
    peer: {
      address: peer.address,
      tlsRoot: join(layout.peer, 'tls', 'ca.crt'),
      serverName: peer.serverName,
    },
    identity: {
      certificate: join(msp, 'signcerts', 'cert.pem'),
      key: join(msp, 'keystore', 'key.pem'),
    },
  });
  await writeFile(file, text);
  return file;
}
