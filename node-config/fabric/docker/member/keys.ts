/**
 * Makes the member's keys, certificates and configuration on its own machine, once, and prints its
 * card: what the service `keys` of `docker-compose.member.yml` runs.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { unlessAbsent } from '../../../../gateway/src/identity/private-file.ts';
import { packProgram } from '../../chaincode-package.ts';
import { layoutMember } from '../../layout.ts';
import { runProgram } from '../program.ts';
import { generateContainers, SERVER } from '../site.ts';
import { NETWORK } from '../topology.ts';
import { writeCard } from './card.ts';
import { readMachine } from './machine.ts';

await runProgram(async () => {
  const { consortium, mspId, nodes } = await readMachine();
  // Written last: where it is, all the rest is.
  const last = join(layoutMember(NETWORK, mspId).chaincode, 'package.id');
  if (!(await unlessAbsent(access(last).then(() => true)))) {
    const { id } = await packProgram(consortium.chaincode, SERVER);
    await generateContainers({ consortium, members: [nodes] }, nodes, id);
  }
  process.stdout.write(`${JSON.stringify(await writeCard(NETWORK, nodes), undefined, 2)}\n`);
});
