import type { Signer } from '../../gateway/src/ledger/act.ts';
import type { ActOptions } from './world.ts';

/** Who sends what, to be refused. */
export interface Attempt {
  readonly by?: Signer | undefined;
  readonly name: string;
  readonly input: unknown;
  readonly options?: ActOptions;
}
