/** What the service `channel` of `docker-compose.yml` runs: all members join and agree. */
import process from 'node:process';
import { loadConsortium } from '../../../gateway/src/identity/consortium.ts';
import { awaitEndorsers } from '../native/ready.ts';
import { readState, writeState } from '../native/state.ts';
import { agreeOnChaincode, joinChannel } from './founding.ts';
import { runProgram } from './program.ts';
import { NETWORK } from './topology.ts';

const PATIENCE_MS = 120_000;
const say = (step: string) => process.stdout.write(`tabellion: ${step}\n`);

await runProgram(async () => {
  const state = (await readState(NETWORK))!;
  // Members and definition may have changed since; that is no business of this service.
  if (!state.ready) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const founding = { state, own: state.members, signal, say };
    await joinChannel(founding);
    await agreeOnChaincode(founding, await loadConsortium(process.env.TABELLION_CONSORTIUM!));
    say('waiting until the members see each other');
    await awaitEndorsers(NETWORK, state.members, signal);
    await writeState(NETWORK, { ...state, ready: true });
  }
  say('ready');
});
