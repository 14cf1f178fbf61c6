/** Nodes that several others point to; each is written once, before the first that points to it. */
import type { Governed } from '@tabellion/chaincode/kernel/schema';
import { formatGoverned } from '../../text/governed.ts';
import type { ContentKnown, ToolUsed } from '../fact.ts';
import { type CaseNode, type LedgerName, makeHashes, makeNode, nameNode } from './case-node.ts';

export class SharedNodes {
  readonly #ledger: LedgerName;
  readonly #written = new Set<string>();
  #pending: CaseNode[] = [];

  constructor(ledger: LedgerName) {
    this.#ledger = ledger;
  }

  /** What was asked for since the last call and is not written yet. */
  *take(): Generator<CaseNode, void, undefined> {
    const nodes = this.#pending;
    this.#pending = [];
    yield* nodes;
  }

  /** A member; no person's name stands on the ledger, so none can stand here. */
  organisation(member: string): string {
    return this.#add('member', member, 'identity:Organization', { 'core:name': member });
  }

  /** A person by the pseudonym of its certificate. */
  person(member: string, person: string): string {
    return this.#add('person', `${member}/${person}`, 'identity:Identity', {
      'core:name': person,
      'core:description': `pseudonym of a person of ${member}`,
    });
  }

  tool({ name, version, sha256 }: ToolUsed): string {
    const key = `${name}@${version}@${sha256 ?? ''}`;
    return this.#add('tool', key, 'tool:Tool', {
      'core:name': name,
      'tool:version': version,
      'core:tag': sha256 === undefined ? undefined : [`sha256:${sha256}`],
    });
  }

  authorisation(kind: string, identifier: string): string {
    return this.#add('authorisation', `${kind}/${identifier}`, 'investigation:Authorization', {
      'investigation:authorizationType': kind,
      'investigation:authorizationIdentifier': identifier,
    });
  }

  legalBases(bases: readonly Governed[]): string[] {
    return bases.map((basis) => this.authorisation('LEGAL_BASIS', formatGoverned(basis)));
  }

  place(jurisdiction: string): string {
    const id = nameNode(this.#ledger, 'address', jurisdiction);
    return this.#add('place', jurisdiction, 'location:Location', {
      'core:name': jurisdiction,
      'core:hasFacet': [
        makeNode(id, 'location:SimpleAddressFacet', { 'location:country': jurisdiction }),
      ],
    });
  }

  /** A file that is known by digest and size alone, such as a report or a photograph. */
  content(name: string, { sha256, size }: ContentKnown): string {
    const facet = nameNode(this.#ledger, 'content-facet', `${name}/${sha256}`);
    return this.#add('content', `${name}/${sha256}`, 'observable:ObservableObject', {
      'core:name': name,
      'core:hasFacet': [
        makeNode(facet, 'observable:ContentDataFacet', {
          'observable:sizeInBytes': size,
          'observable:hash': makeHashes(this.#ledger, facet, { sha256 }),
        }),
      ],
    });
  }

  #add(kind: string, key: string, type: string, properties: Record<string, unknown>): string {
    const id = nameNode(this.#ledger, kind, key);
    if (!this.#written.has(id)) {
      this.#written.add(id);
      this.#pending.push(makeNode(id, type, properties));
    }
    return id;
  }
}
