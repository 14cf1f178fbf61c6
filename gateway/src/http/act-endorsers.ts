/** Who is to endorse an act, where it matters: whoever does sees the sealed place, or what an order says. */
import { sealedLocation } from '@tabellion/chaincode/evidence/record';
import { orderKey } from '@tabellion/chaincode/order/key';
import type { OrderRecord } from '@tabellion/chaincode/order/record';
import { parseCanonical } from '@tabellion/proof';
import { choosePartyEndorsers } from '../ledger/party-endorsers.ts';
import { chooseUntouched } from '../ledger/untouched-endorsers.ts';
import { createRecords } from '../projection/records.ts';
import type { Act } from './acts.ts';
import type { GatewayDeps } from './deps.ts';
import { Problem } from './problem.ts';

export interface ActBody {
  readonly input: unknown;
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}

/** What the choice gives where nothing is handed over: the ledger chooses. */
type Endorsers = readonly string[] | undefined;

export function createEndorserChoice({ projection, trust }: GatewayDeps) {
  const records = createRecords(projection.database);

  /** Members that are given contents to read by the act; undefined where it hands over none. */
  const listReaders = ({ transaction }: Act, input: unknown): string[] | undefined => {
    if (transaction !== 'order:issue' && transaction !== 'order:clarify') return undefined;
    const { contents, order: id } = input as {
      contents?: OrderRecord['contents'];
      order?: string;
    };
    if (contents === undefined) return undefined;
    const order = id === undefined ? input : records.find<OrderRecord>(orderKey(id))?.record;
    if (order === undefined) throw new Problem('NOT_FOUND', 'no such order');
    const { addressee, enforcing } = order as OrderRecord;
    return [addressee, ...(contents.ENFORCING && enforcing ? [enforcing] : [])];
  };

  return async (member: string, act: Act, { input, transient }: ActBody): Promise<Endorsers> => {
    if (transient?.location !== undefined) {
      const { location } = sealedLocation.parse(parseCanonical(transient.location));
      return chooseUntouched(member, location, await trust());
    }
    const parties = listReaders(act, input);
    return parties && choosePartyEndorsers(member, parties, await trust());
  };
}
