/** From what labels say to the lines of a manifest. */
import { createHash } from 'node:crypto';
import {
  canonicalBytes,
  type LabelFacts,
  type LabelStatement,
  labelStatement,
  leafHash,
  TLP,
  toHex,
} from '@tabellion/proof';
import { BatchRoot } from '../evidence/batch-root.ts';
import { drawSalt } from '../evidence/commitment.ts';
import type { LabelManifestFacts } from './manifest.ts';

/** RFC 8785 bytes of the statement with a salt of its own. @throws ZodError for what is no statement. */
export function encodeLabel(facts: LabelFacts): Uint8Array {
  const statement = { type: 'tabellion.label', v: 1, ...facts, salt: drawSalt() };
  return canonicalBytes(labelStatement.parse(statement));
}

export interface MadeLabelManifest extends Omit<LabelManifestFacts, 'categories'> {
  /** The manifest. */
  readonly bytes: Uint8Array;
}

/** Gathers up to a batch of labels in memory: some 50 MB for 131,072 of them. */
export class LabelManifestWriter {
  readonly #lines: Uint8Array[] = [];
  readonly #root = new BatchRoot();
  #strictest = 0;

  get size(): number {
    return this.#root.size;
  }

  /** @throws ZodError for what is no statement. Returns its leaf hash. */
  add(facts: LabelFacts): Uint8Array {
    const line = encodeLabel(facts);
    const leaf = leafHash(line);
    this.#root.add(leaf);
    this.#lines.push(line, LINE_FEED);
    this.#strictest = Math.max(this.#strictest, TLP.indexOf(facts.tlp));
    return leaf;
  }

  /** At least one label must have been added. */
  finish(): MadeLabelManifest {
    const bytes = Buffer.concat(this.#lines);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const tlp: LabelStatement['tlp'] = TLP[this.#strictest]!;
    return { bytes, digest, root: toHex(this.#root.root!), size: this.size, tlp };
  }
}

const LINE_FEED = Uint8Array.of(0x0a);
