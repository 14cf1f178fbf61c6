/** What to trust and whose endorsements count, as the ledger itself says at the projection's height. */
import { memberKey, parameterKey } from '@tabellion/chaincode/member/key';
import type { MemberRecord, ParameterRecord } from '@tabellion/chaincode/member/record';
import { countEndorsers, listPolicyMembers, type Trust, thresholdOf } from '@tabellion/proof';
import type { ChannelFacts } from '../ledger/fabric/facts.ts';
import type { EndorsementRule } from '../ledger/fabric/members.ts';
import { LedgerError, type LedgerPort } from '../ledger/port.ts';
import { createChannelView } from '../projection/channel-view.ts';
import type { Projection } from '../projection/projection.ts';
import { createRecords } from '../projection/records.ts';

export interface TrustSource {
  /** Name of the consortium. */
  readonly consortium: string;
  readonly ledger: Pick<LedgerPort, 'kind' | 'channel' | 'chaincode'>;
  readonly facts: ChannelFacts;
  /** As the members agreed; undefined for who was never admitted. */
  readonly findMember: (mspId: string) => MemberRecord | undefined;
  /** The members' parameter. */
  readonly endorsementThreshold: number;
}

/** Certificates as the channel's configuration has them, names and kinds as the members agreed. */
export function describeTrust(source: TrustSource): Trust {
  const { consortium, ledger, facts, findMember, endorsementThreshold } = source;
  const { channel, chaincode, kind } = ledger;
  return {
    type: 'tabellion.trust',
    v: 1,
    consortium,
    ledger: kind,
    ...{ channel, genesis: facts.genesis, chaincode },
    members: facts.config.members.flatMap(({ mspId, roots, intermediates, revocations }) => {
      const member = findMember(mspId);
      // An organisation of the channel that the members have not admitted is trusted in nothing.
      if (!member) return [];
      const { name, jurisdiction } = member;
      return [
        {
          ...{ mspId, name, jurisdiction, state: member.kind === 'STATE' },
          roots: [...roots],
          intermediates: [...intermediates],
          revocations: [...revocations],
        },
      ];
    }),
    endorsementThreshold,
    definitions: facts.definitions.map(({ sequence, block, transaction, endorsementPolicy }) => {
      const asked = endorsementPolicy ? countEndorsers(endorsementPolicy) : undefined;
      return {
        ...{ sequence, block, transaction },
        ...(endorsementPolicy && { members: listPolicyMembers(endorsementPolicy) }),
        // An earlier definition, or one that does not follow the members' vote yet.
        ...(asked !== undefined &&
          asked !== endorsementThreshold && { endorsementThreshold: asked }),
      };
    }),
  };
}

export interface LedgerTrust {
  /** The trust file, once everything that the ledger holds now is projected. @throws LedgerError. */
  describe(): Promise<Trust>;
  /** What the definition in force asks for; undefined until the founding is projected. */
  rule(): EndorsementRule | undefined;
}

export interface LedgerTrustOptions extends Pick<TrustSource, 'consortium' | 'ledger'> {
  readonly projection: Pick<Projection, 'database' | 'catchUp' | 'height'>;
}

const PATIENCE_MS = 10_000;

export function createLedgerTrust(options: LedgerTrustOptions): LedgerTrust {
  const { projection } = options;
  const readChannel = createChannelView(projection.database);
  const records = createRecords(projection.database);
  let last: { readonly height: number; readonly trust: Trust | undefined } | undefined;

  const read = (): Trust | undefined => {
    const facts = readChannel();
    const key = parameterKey('endorsementThreshold');
    const endorsementThreshold = records.find<ParameterRecord>(key)?.record.value;
    if (!facts || endorsementThreshold === undefined) return undefined;
    const findMember = (mspId: string) => records.find<MemberRecord>(memberKey(mspId))?.record;
    return describeTrust({ ...options, facts, findMember, endorsementThreshold });
  };
  const current = () => {
    const { height } = projection;
    if (last?.height !== height) last = { height, trust: read() };
    return last.trust;
  };
  return {
    async describe() {
      // What was said of the channel earlier is not what to trust now.
      const isCurrent = await projection.catchUp(AbortSignal.timeout(PATIENCE_MS));
      const trust = current();
      if (isCurrent && trust) return trust;
      throw new LedgerError('UNAVAILABLE', 'the ledger is not read to its end yet');
    },
    rule() {
      const trust = current();
      const counted = trust?.definitions.at(-1)?.members;
      return (
        trust && {
          members: trust.members.filter(({ mspId }) => counted?.includes(mspId) ?? true),
          threshold: thresholdOf(trust),
        }
      );
    },
  };
}
