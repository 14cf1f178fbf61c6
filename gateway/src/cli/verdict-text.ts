/** What the verifier found, for people: the verdict, its steps, what was claimed, and what it does not show. */
import { fromBase64url, fromUtf8, type Trust, type Verdict } from '@tabellion/proof';
import { isGone } from '../custody/is-gone.ts';
import { describeContainer } from '../exchange/container/describe-container.ts';
import { describeLabelProof } from './label/proof-text.ts';
import { describeOrderProof } from './order/proof-text.ts';
import { formatFields, formatTable, formatTime } from './table.ts';

export const DOES_NOT_SHOW =
  'whether the content is true or complete, who made it, whether collecting it was lawful, or what has been recorded since';

const ORDER_DOES_NOT_SHOW =
  'whether what the order says is right, whether the data are complete, whether more items have chains of custody, or what has been recorded since';

const LABEL_DOES_NOT_SHOW =
  'whether what is asserted is right, whether anybody is guilty or who controls the address, or what has been said since';

/** What a verdict shows and what it does not (EVD-16): said each time, in every form of output. */
export function limitsOf(verdict: Verdict): { shows: string; doesNotShow: string } {
  const shows = tellShown(verdict);
  if (verdict.order) return { shows, doesNotShow: ORDER_DOES_NOT_SHOW };
  return { shows, doesNotShow: verdict.label ? LABEL_DOES_NOT_SHOW : DOES_NOT_SHOW };
}

function tellShown({ outcome, claims, custody, label, order }: Verdict): string {
  if (outcome === 'UNREADABLE') return 'nothing: the proof or the trust file cannot be read';
  if (outcome === 'UNTRUSTED') return 'only that the trust file does not cover this proof';
  if (outcome === 'MISMATCH') return 'that something is not what was recorded';
  if (order) {
    const chain = 'every step of the order as it stood when it was attested, and its rules';
    return order.acquisitions.length > 0 ? `${chain}, with what it yielded` : chain;
  }
  if (custody) {
    const chain = 'the whole chain of custody as it stood when it was attested';
    return custody.fileChecked
      ? `${chain}, and the file is unchanged since its digest was anchored`
      : chain;
  }
  if (label) {
    const made = `${label.member} asserted this of the address`;
    return label.said ? `${made}, and all that members had said of it when it was attested` : made;
  }
  return claims?.fileChecked === true
    ? 'the file is unchanged since it was anchored'
    : 'the commitment was anchored; no file was compared with it';
}

export function describeVerdict(verdict: Verdict, trust: Trust): string {
  const { outcome, code, message, steps, claims, custody, label, order } = verdict;
  const { shows, doesNotShow } = limitsOf(verdict);
  return [
    `${code === outcome ? code : `${outcome} ${code}`}: ${message}`,
    '',
    ...steps.map(({ step, ok }) => `  ${ok ? 'ok    ' : 'FAILED'}  ${step}`),
    ...(claims ? ['', describeItem(claims)] : []),
    ...(custody ? ['', describeCustody(custody)] : []),
    ...(label ? ['', describeLabelProof(label)] : []),
    ...(order ? ['', describeOrderProof(order)] : []),
    '',
    `Shows: ${shows}.`,
    `Does not show: ${doesNotShow}.`,
    ...(outcome === 'INTACT' ? [] : [`What to do: tabellion explain ${code}`]),
    ...(trust.ledger === 'embedded'
      ? ['The ledger is embedded: one operator holds the keys of all members.']
      : []),
  ].join('\n');
}

const describeItem = (claims: NonNullable<Verdict['claims']>): string =>
  formatFields([
    ['Item', fromUtf8Lossy(claims.path)],
    ['SHA-256', claims.sha256],
    ['Size', claims.size],
    ['Image states', claims.container && describeContainer(claims.container)],
    ['Acquisition', claims.acquisition],
    ['Batch', `${claims.batch}, item ${claims.index}`],
    ['Anchored at', `${formatTime(claims.anchoredAt)} (the signer's clock)`],
    ['Attested at', `${formatTime(claims.attestedAt)} (the requester's clock)`],
    ['Recorded in', `block ${claims.block}, transaction ${claims.position}`],
    ['Endorsed by', claims.endorsers.join(', ')],
    ['Key held by', claims.keyCustody === 'gateway' ? 'a gateway, not the person' : 'the person'],
  ]);

function describeCustody(custody: NonNullable<Verdict['custody']>): string {
  const { content, holder, steps } = custody;
  const fields = formatFields([
    ['Item', custody.item],
    ['Case', custody.case],
    ['Origin', custody.origin],
    ['Acquisition', custody.acquisition],
    ['Made from', custody.source],
    ['Path', content && fromUtf8Lossy(content.path)],
    ['SHA-256', content?.sha256],
    ['Size', content?.size],
    ['Status', custody.status],
    [isGone(custody) ? 'Last held by' : 'Held by', `${holder.person} of ${holder.member}`],
    ['Seals', custody.seals.join(', ') || 'none'],
    ['Legal holds', custody.holds],
    ['Mirror copy', custody.mirror],
    ['Attested at', `${formatTime(custody.attestedAt)} (the requester's clock)`],
    ['Last step in', `block ${custody.block}, transaction ${custody.position}`],
    ['Endorsed by', custody.endorsers.join(', ')],
  ]);
  const rows = steps.map(({ sequence, kind, happenedAt, recordedAt, member, person, flags }) => [
    ...[`${sequence}`, kind, formatTime(happenedAt), formatTime(recordedAt)],
    ...[`${person} of ${member}`, flags.join(' ') || '-'],
  ]);
  const table = formatTable(['step', 'what', 'happened', 'recorded', 'by', 'flags'], rows);
  return `${fields}\n\n${table}`;
}

/** A path is bytes; those that are no UTF-8 are shown as replacement characters. */
function fromUtf8Lossy(path: string): string {
  const bytes = fromBase64url(path);
  try {
    return fromUtf8(bytes);
  } catch {
    return `${new TextDecoder().decode(bytes)} (not UTF-8)`;
  }
}
