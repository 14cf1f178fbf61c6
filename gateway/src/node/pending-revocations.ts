/** Revocations that this gateway keeps already and the channel, by which all others go, does not yet. */
import type { PendingRevocation } from '../http/deps.ts';
import type { MemberCa } from '../identity/ca.ts';
import { createChannelView } from '../projection/channel-view.ts';
import type { Projection } from '../projection/projection.ts';

/** As of the projection's height; none before there is a configuration. */
export function createPendingRevocations(
  authorities: ReadonlyMap<string, MemberCa>,
  { database }: Pick<Projection, 'database'>,
): () => readonly PendingRevocation[] {
  const readChannel = createChannelView(database);
  return () => {
    const members = readChannel()?.config.members ?? [];
    return members.flatMap(({ mspId, revocations }) =>
      (authorities.get(mspId)?.missingIn(revocations) ?? []).map(({ serial }) => ({
        member: mspId,
        serial,
      })),
    );
  };
}
