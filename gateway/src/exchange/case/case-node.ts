/**
 * Nodes of a CASE/UCO graph (CASE 1.5, UCO 1.5) as JSON-LD. Every `@id` is a UUID of version 5
 * (RFC 9562, 5.5) over the ledger and the thing's own key there: the same thing has the same name in
 * every export, and no export draws a random number.
 */
import { hash } from 'node:crypto';
import type { Commitment } from '@tabellion/proof';

export type CaseNode = { readonly '@id': string; readonly '@type': string } & Readonly<
  Record<string, unknown>
>;

/** The ledger that the keys belong to; its genesis block's digest tells it from all others. */
export interface LedgerName {
  readonly consortium: string;
  /** SHA-256, hex. */
  readonly genesis: string;
}

export const CONTEXT = {
  investigation: 'https://ontology.caseontology.org/case/investigation/',
  action: 'https://ontology.unifiedcyberontology.org/uco/action/',
  core: 'https://ontology.unifiedcyberontology.org/uco/core/',
  identity: 'https://ontology.unifiedcyberontology.org/uco/identity/',
  location: 'https://ontology.unifiedcyberontology.org/uco/location/',
  observable: 'https://ontology.unifiedcyberontology.org/uco/observable/',
  tool: 'https://ontology.unifiedcyberontology.org/uco/tool/',
  types: 'https://ontology.unifiedcyberontology.org/uco/types/',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const;

const UUID_VERSION_5 = 0x50;
const UUID_VARIANT = 0x80;

/** `urn:uuid:…`, the same for the same ledger, kind and key. */
export function nameNode(ledger: LedgerName, kind: string, key: string): string {
  const name = Buffer.from(`${kind}\0${key}`);
  const bytes = Buffer.from(
    hash('sha1', Buffer.concat([Buffer.from(ledger.genesis, 'hex').subarray(0, 16), name]), 'hex'),
    'hex',
  ).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | UUID_VERSION_5;
  bytes[8] = (bytes[8]! & 0x3f) | UUID_VARIANT;
  const hex = bytes.toString('hex');
  const parts = [8, 12, 16, 20, 32].map((end, at) => hex.slice([0, 8, 12, 16, 20][at], end));
  return `urn:uuid:${parts.join('-')}`;
}

export const refer = (id: string) => ({ '@id': id });

export const toDateTime = (milliseconds: number) => ({
  '@type': 'xsd:dateTime',
  '@value': new Date(milliseconds).toISOString(),
});

/** Leaves out what is not there: JSON-LD has neither null nor empty lists to say so. */
export function makeNode(
  id: string,
  type: string,
  properties: Readonly<Record<string, unknown>>,
): CaseNode {
  const present = Object.entries(properties).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return { '@id': id, '@type': type, ...Object.fromEntries(present) };
}

/** Where on the ledger a node comes from. */
export function makeReference(ledger: LedgerName, key: string): CaseNode {
  return makeNode(nameNode(ledger, 'reference', key), 'core:ExternalReference', {
    'core:definingContext': `${ledger.consortium}, ledger ${ledger.genesis}`,
    'core:externalIdentifier': key,
  });
}

const HASH_METHODS = { sha256: 'SHA256', sha1: 'SHA1', md5: 'MD5' } as const;

/** @param owner the node that has the content. */
export function makeHashes(
  ledger: LedgerName,
  owner: string,
  digest: Partial<Commitment['digest']>,
): CaseNode[] {
  return Object.entries(HASH_METHODS).flatMap(([algorithm, method]) => {
    const value = digest[algorithm as keyof typeof HASH_METHODS];
    if (value === undefined) return [];
    const id = nameNode(ledger, `hash-${algorithm}`, owner);
    return [
      makeNode(id, 'types:Hash', {
        'types:hashMethod': method,
        'types:hashValue': { '@type': 'xsd:hexBinary', '@value': value },
      }),
    ];
  });
}
