/** Labels as one MISP event with a `coin-address` object each, and what was said of them. */
import { createHash } from 'node:crypto';
import type { LabelFacts } from '@tabellion/proof';
import { networkOf } from '@tabellion/screening';
import { writeCarried } from './carried.ts';
import { writeRemarks } from './misp-remarks.ts';
import { isTagged, writeTags } from './misp-tags.ts';
import { writeMoment } from './moment.ts';
import type { Remark } from './remark.ts';

export interface RemarkedLabel {
  readonly facts: LabelFacts;
  /** Of the address; notes have no place in it. */
  readonly remarks: readonly Remark[];
}

export interface MispOptions {
  /** The event's title. */
  readonly info: string;
  /** Of the event; those of its objects follow from it, so that a second export updates the first. */
  readonly uuid: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** MISP knows organisations by name. */
  readonly organisation: string;
}

/** MISP's template: github.com/MISP/misp-objects. */
const TEMPLATE = { uuid: 'd0e6997e-78da-4815-a6a1-cfc1c1cb8a46', version: '7' };

/** The event's JSON in pieces, as the labels come. */
export async function* writeMisp(
  labels: AsyncIterable<RemarkedLabel> | Iterable<RemarkedLabel>,
  options: MispOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const seconds = `${Math.floor(options.at / 1000)}`;
  const head = {
    uuid: options.uuid,
    info: options.info,
    date: writeMoment(options.at).slice(0, 10),
    timestamp: seconds,
    published: false,
    analysis: '2',
    threat_level_id: '4',
    distribution: '0',
    Orgc: { name: options.organisation },
  };
  let text = `{"Event":${JSON.stringify(head).slice(0, -1)},"Object":[`;
  let place = 0;
  for await (const label of labels) {
    text += `${place === 0 ? '' : ','}\n${JSON.stringify(writeObject(label, place, options.uuid, seconds))}`;
    place += 1;
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}\n]}}\n`);
}

/** Characters handed on at once. */
const PIECE = 1 << 16;

function writeObject(
  { facts, remarks }: RemarkedLabel,
  place: number,
  event: string,
  timestamp: string,
) {
  const network = networkOf(facts.network);
  const relation =
    network?.name === 'Bitcoin'
      ? { object_relation: 'address', type: 'btc' }
      : network?.name === 'Monero'
        ? { object_relation: 'address-xmr', type: 'xmr' }
        : { object_relation: 'address-crypto', type: 'text' };
  const common = { category: 'Financial fraud', to_ids: false, timestamp };
  const attribute = (relation: string, type: string, value: string) => ({
    uuid: deriveUuid(`${event} ${place} ${relation}`),
    object_relation: relation,
    type,
    value,
    disable_correlation: true,
    ...common,
    category: 'Other',
  });
  const { observedAt } = facts;
  const uuid = deriveUuid(`${event} ${place} address`);
  const nameRemark = (number: number) => deriveUuid(`${event} ${place} remark ${number}`);
  return {
    uuid: deriveUuid(`${event} ${place}`),
    name: 'coin-address',
    'meta-category': 'financial',
    template_uuid: TEMPLATE.uuid,
    template_version: TEMPLATE.version,
    timestamp,
    comment: writeCarried(facts, ['actor', ...(isTagged(facts.source) ? [] : ['source' as const])]),
    Attribute: [
      {
        uuid,
        ...relation,
        value: facts.address,
        ...common,
        to_ids: true,
        Tag: writeTags(facts).map((name) => ({ name })),
        ...writeRemarks(remarks, uuid, nameRemark),
      },
      attribute('text', 'text', facts.label),
      ...(network === undefined ? [] : [attribute('symbol', 'text', network.assets[0]!)]),
      ...(observedAt === undefined
        ? []
        : [attribute('last-seen', 'datetime', writeMoment(observedAt))]),
    ],
  };
}

/** A UUID of version 8 (RFC 9562) made of a name. */
function deriveUuid(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
