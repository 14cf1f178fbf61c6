/** `member list|show|parameters|proposals|reference`: the register and what is governed in it. */
import {
  memberRecord,
  parameterRecord,
  proposalRecord,
  referenceRecord,
  referenceRegister,
  voteRecord,
} from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import { formatGoverned } from '../../text/governed.ts';
import type { Invocation } from '../context.ts';
import { CliError } from '../failure.ts';
import { expectShape } from '../gateway-client.ts';
import type { Outcome } from '../output.ts';
import { listAll } from '../page.ts';
import { openSession } from '../session.ts';
import { formatFields, formatTable, formatTime } from '../table.ts';

const memberView = z.looseObject({ record: memberRecord });
const parameterView = z.looseObject({ record: parameterRecord });
const proposalView = z.looseObject({ record: proposalRecord });
const votedView = proposalView.extend({ votes: z.array(z.looseObject({ record: voteRecord })) });
const referenceView = z.looseObject({ record: referenceRecord });

export async function listMembers(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const { items, height } = await listAll(client, '/v1/member/members', memberView);
  const rows = items.map(({ record: { mspId, name, jurisdiction, kind, status } }) => [
    mspId,
    jurisdiction,
    kind,
    status,
    name,
  ]);
  return {
    document: { items, height },
    text: formatTable(['MEMBER', 'JURISDICTION', 'KIND', 'STATUS', 'NAME'], rows),
  };
}

export async function showMember(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const { body } = await client.get(
    `/v1/member/members/${encodeURIComponent(invocation.args[0] ?? '')}`,
  );
  const view = expectShape(memberView, body);
  const { profile, ...record } = view.record;
  const list = (values: readonly string[]) => values.join(', ') || 'none';
  return {
    document: view,
    text: formatFields([
      ['Member', record.mspId],
      ['Name', record.name],
      ['Jurisdiction', record.jurisdiction],
      ['Kind', record.kind],
      ['Status', record.status],
      ['Accepted authorisations', list(profile.acceptedAuthorisations)],
      ['Adopted standards', list(profile.adoptedStandards.map(formatGoverned))],
      [
        'Accepted orders',
        list(
          profile.acceptedOrders.map(({ kind, reservation }) =>
            reservation === undefined ? kind : `${kind} (${reservation})`,
          ),
        ),
      ],
      ['Version', record.version],
      ['Since', formatTime(record.act.at)],
    ]),
  };
}

export async function listParameters(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const { items, height } = await listAll(client, '/v1/member/parameters', parameterView);
  const rows = items.map(({ record: { name, value, version } }) => [
    name,
    `${value}`,
    `${version}`,
  ]);
  return {
    document: { items, height },
    text: formatTable(['PARAMETER', 'VALUE', 'VERSION'], rows),
  };
}

export async function listProposals(invocation: Invocation): Promise<Outcome> {
  const { client } = await openSession(invocation);
  const [id] = invocation.args;
  if (id === undefined) {
    const { items, height } = await listAll(client, '/v1/member/proposals', proposalView);
    const rows = items.map(({ record }) => [
      record.id,
      record.state,
      record.change.kind,
      record.act.member,
      record.reason,
    ]);
    const text = formatTable(['PROPOSAL', 'STATE', 'CHANGE', 'BY', 'REASON'], rows);
    return { document: { items, height }, text };
  }
  const { body } = await client.get(`/v1/member/proposals/${encodeURIComponent(id)}`);
  const view = expectShape(votedView, body);
  const { state, change, reason, act } = view.record;
  const votes = view.votes.map(({ record }) => [record.act.member, record.choice, record.reason]);
  const fields = formatFields([
    ['Proposal', id],
    ['State', state],
    ['Change', JSON.stringify(change)],
    ['Proposed by', act.member],
    ['Reason', reason],
  ]);
  return {
    document: view,
    text: `${fields}\n\n${formatTable(['MEMBER', 'VOTE', 'REASON'], votes)}`,
  };
}

const REGISTERS: readonly string[] = referenceRegister.options;

export async function listReference(invocation: Invocation): Promise<Outcome> {
  const register = invocation.args[0] ?? '';
  if (!REGISTERS.includes(register)) {
    throw new CliError('USAGE', `the registers are ${REGISTERS.join(', ')}`);
  }
  const { client } = await openSession(invocation);
  const { items, height } = await listAll(
    client,
    `/v1/member/reference/${register}`,
    referenceView,
  );
  const rows = items.map(({ record: { entry } }) => [
    formatGoverned(entry),
    'title' in entry.body ? entry.body.title : `${entry.body.instrument}, ${entry.body.article}`,
  ]);
  return { document: { items, height }, text: formatTable(['ENTRY', 'TITLE'], rows) };
}
