/** The steps that judge one label, once the answer about its batch is authenticated. */
import { equalBytes, fromHex, toHex } from '../bytes/encoding.ts';
import { parseCanonical } from '../json/parse.ts';
import { type LabelFacts, labelStatement, TLP } from '../label/statement.ts';
import { type InclusionPath, leafHash, rootFromPath } from '../merkle/path.ts';
import type { LabelParts } from './label-bundle.ts';
import { type ProvenAssertion, readAttestedLabel } from './label-said.ts';
import { demand } from './refusal.ts';
import { isNewer } from './trust.ts';
import type { RunStep, Verdict } from './verdict.ts';

export type LabelClaims = NonNullable<Verdict['label']>;

/** What the label says, who asserted it, and what was said of it. @throws Refusal. */
export function proveLabel(
  { statement: bytes, ...path }: LabelParts,
  answer: Uint8Array,
  step: RunStep,
): Omit<LabelClaims, 'attestedAt' | 'block' | 'position' | 'endorsers'> {
  const { batch, assertion, told } = step('record', () => {
    const attested = readAttestedLabel(answer);
    demand(attested.assertion.size === path.size, 'RECORD_MISMATCH');
    return attested;
  });
  const leaf = leafHash(bytes);
  step('path', () => checkRoot({ ...path, leaf }, assertion.root));
  const statement = step('item', () => {
    demand(told === undefined || told.leaf === toHex(leaf), 'ITEM_MISMATCH');
    return readStatement(bytes, assertion);
  });
  const { act, taxonomy } = assertion;
  return {
    statement,
    member: act.member,
    assertedAt: act.at,
    keyCustody: act.keyCustody,
    ...(assertion.case !== undefined && { case: assertion.case }),
    taxonomy: `${taxonomy.id}@${taxonomy.version}`,
    ...{ batch, index: path.index, leaf: toHex(leaf) },
    ...(told && { said: told.said }),
  };
}

/** @throws Refusal `ROOT_MISMATCH`; MerkleError. */
export function checkRoot(path: InclusionPath, root: string): void {
  demand(equalBytes(rootFromPath(path), fromHex(root)), 'ROOT_MISMATCH');
}

/** A label that is marked more strictly than its batch says is none of that batch's. */
function readStatement(bytes: Uint8Array, { tlp }: ProvenAssertion): LabelFacts {
  const value = parseCanonical(bytes);
  demand(!isNewer(value), 'UNSUPPORTED_VERSION');
  const { type: _, v: __, salt: ___, ...facts } = labelStatement.parse(value);
  demand(TLP.indexOf(facts.tlp) <= TLP.indexOf(tlp), 'RECORD_MISMATCH');
  return facts;
}
