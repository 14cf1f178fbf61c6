/** `disclosure views`: who came with a grant of the own member, when, and what was shown. */
import { type GrantView, grantView } from '../../disclosure/grant-journal.ts';
import type { Invocation } from '../context.ts';
import { parseDigits } from '../document.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { openSession } from '../session.ts';
import { formatTable, formatTime } from '../table.ts';

export async function listViews(invocation: Invocation): Promise<Outcome> {
  const grant = parseDigits('a grant', 32, invocation.args[0]);
  const { client } = await openSession(invocation);
  const path = `/v1/disclosure/grants/${grant}/views`;
  const { items, height } = await listAll(client, path, grantView);
  const heading = ['AT', 'ASKED FOR', 'OUTCOME', 'SHOWN', 'JOURNAL', 'ANCHORED'];
  return {
    document: { grant, items, height },
    text: [
      items.length === 0 ? 'nobody has come with it yet' : formatTable(heading, items.map(toRow)),
      '',
      'As the journal of the gateway asked has it. Who has the secret came; who that was, it does not know.',
      ...(items.some(({ objects }) => objects === null)
        ? ['What was looked at is for the auditors and delegates of your member.']
        : []),
    ].join('\n'),
  };
}

const ASKED: Readonly<Record<string, string>> = {
  viewGrant: 'the grant',
  viewSet: 'the list',
  viewItems: 'items',
  viewProof: 'a proof',
  viewLookup: 'whether it is shown',
};

function toRow({ at, operation, code, objects, position, batch }: GrantView): string[] {
  // The first names the grant itself.
  const shown = objects?.slice(1).join(', ') ?? '';
  return [
    ...[formatTime(at), ASKED[operation] ?? operation, code ?? 'shown', shown],
    ...[`${position}`, batch ?? 'not yet'],
  ];
}
