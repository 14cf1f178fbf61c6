/** From what labels say to the lines of a manifest. */
import { createHash } from 'node:crypto';
import {
  canonicalBytes,
  type EvidenceLink,
  type LabelFacts,
  type LabelStatement,
  labelStatement,
  leafHash,
  nameEvidence,
  TLP,
  type TransferFacts,
  toHex,
  transferStatement,
} from '@tabellion/proof';
import { BatchRoot } from '../evidence/batch-root.ts';
import { drawSalt } from '../evidence/commitment.ts';
import type { LabelManifestFacts } from './manifest.ts';

/** RFC 8785 bytes of the statement with a salt of its own. @throws ZodError for what is no statement. */
export function encodeLabel(facts: LabelFacts): Uint8Array {
  const statement = { type: 'tabellion.label', v: 1, ...facts, salt: drawSalt() };
  return canonicalBytes(labelStatement.parse(statement));
}

/** The same of an observed transfer. */
export function encodeTransfer(facts: TransferFacts): Uint8Array {
  const statement = { type: 'tabellion.transfer', v: 1, ...facts, salt: drawSalt() };
  return canonicalBytes(transferStatement.parse(statement));
}

export interface MadeLabelManifest
  extends Pick<LabelManifestFacts, 'digest' | 'root' | 'size' | 'tlp'> {
  /** The manifest. */
  readonly bytes: Uint8Array;
  /** What its transfers rest on, in the order in which it was named first; absent of labels. */
  readonly evidence?: readonly EvidenceLink[];
}

/** Gathers up to a batch of labels in memory, or of transfers: some 50 MB for 131,072 of them. */
export class LabelManifestWriter {
  readonly #lines: Uint8Array[] = [];
  readonly #root = new BatchRoot();
  readonly #evidence = new Map<string, EvidenceLink>();
  #strictest = 0;

  get size(): number {
    return this.#root.size;
  }

  /** @throws ZodError for what is no statement. Returns its leaf hash. */
  add(facts: LabelFacts): Uint8Array {
    return this.#add(encodeLabel(facts), facts.tlp);
  }

  /** Not beside labels. @throws ZodError for what is no statement. Returns its leaf hash. */
  addTransfer(facts: TransferFacts): Uint8Array {
    for (const link of facts.links) this.#evidence.set(nameEvidence(link), link);
    return this.#add(encodeTransfer(facts), facts.tlp);
  }

  /** How much evidence the batch would name with these. */
  countEvidence(links: readonly EvidenceLink[]): number {
    const fresh = links.filter((link) => !this.#evidence.has(nameEvidence(link)));
    return this.#evidence.size + fresh.length;
  }

  #add(line: Uint8Array, tlp: LabelStatement['tlp']): Uint8Array {
    const leaf = leafHash(line);
    this.#root.add(leaf);
    this.#lines.push(line, LINE_FEED);
    this.#strictest = Math.max(this.#strictest, TLP.indexOf(tlp));
    return leaf;
  }

  /** At least one label must have been added. */
  finish(): MadeLabelManifest {
    const bytes = Buffer.concat(this.#lines);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const tlp: LabelStatement['tlp'] = TLP[this.#strictest]!;
    const made = { bytes, digest, root: toHex(this.#root.root!), size: this.size, tlp };
    return this.#evidence.size === 0 ? made : { ...made, evidence: [...this.#evidence.values()] };
  }
}

const LINE_FEED = Uint8Array.of(0x0a);
