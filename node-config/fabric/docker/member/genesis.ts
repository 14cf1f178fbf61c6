/**
 * Prints the channel's genesis block, made from all members' cards: what the service `genesis` of
 * `docker-compose.member.yml` runs, at one member.
 */
import process from 'node:process';
import { encodeGenesisBlock } from '../../genesis.ts';
import { runProgram } from '../program.ts';
import { NETWORK } from '../topology.ts';
import { readMachine, receiveCards } from './machine.ts';

await runProgram(async () => {
  const topology = await receiveCards(await readMachine());
  process.stdout.write(await encodeGenesisBlock(NETWORK, topology));
});
