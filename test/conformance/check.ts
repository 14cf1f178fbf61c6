import type { Client } from './client.ts';

/** One thing that every ledger does alike. It throws where the ledger does not. */
export interface Check {
  readonly name: string;
  run(client: Client): Promise<void>;
}

export function check(name: string, run: (client: Client) => Promise<void>): Check {
  return { name, run };
}
