/** The gates of an order for people: what each holds back, who opens it, and whether it is open. */
import type { ReferenceEntry } from '@tabellion/chaincode/member/record';
import { listShut, stands } from '@tabellion/chaincode/order/gate';
import type { OrderHeadRecord, OrderRecord } from '@tabellion/chaincode/order/record';

export function listGates(
  order: OrderRecord,
  { opened, clocks }: Pick<OrderHeadRecord, 'opened' | 'clocks'>,
  { references, at }: { readonly references: readonly ReferenceEntry[]; readonly at: number },
): string[][] {
  const { id, version } = order.profile;
  const entry = references.find(
    (each) => each.register === 'orderProfile' && each.id === id && each.version === version,
  );
  if (entry?.register !== 'orderProfile') return [];
  const profile = entry.body;
  const gated = { profile, order, opened, readings: clocks };
  return profile.gates
    .filter((gate) => stands(gate, order))
    .map((gate) => {
      const isShut = listShut(gated, gate.blocks, at).includes(gate);
      const opens = isShut && gate.opensWith !== undefined;
      return [
        ...[gate.id, isShut ? 'SHUT' : 'OPEN', gate.blocks, gate.by],
        opens ? `opens with ${gate.opensWith}` : '',
      ];
    });
}
