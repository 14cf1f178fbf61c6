/** What a commitment says of an item, as an observable with its facets. */
import type { Commitment } from '@tabellion/proof';
import { readablePath } from '../../evidence/commitment.ts';
import { describeContainer } from '../container/describe-container.ts';
import {
  type CaseNode,
  type LedgerName,
  makeHashes,
  makeNode,
  nameNode,
  toDateTime,
} from './case-node.ts';

const TYPES = {
  file: 'observable:File',
  link: 'observable:SymbolicLink',
  message: 'observable:Message',
  row: 'observable:ObservableObject',
} as const;

/** A file's own time may be anything; later than this has no form that xsd:dateTime and all readers share. */
const LAST_TIME = 253_402_300_799_999;

/** Marks the exact bytes of a name that is no text. */
export const NAME_TAG = 'name-base64url:';

/** @param key names the item on the ledger; the salt stays out: this is a description, no proof. */
export function makeContentNode(
  ledger: LedgerName,
  key: string,
  item: Omit<Commitment, 'type' | 'v' | 'salt'>,
  more: Readonly<Record<string, unknown>> = {},
): CaseNode {
  const { kind, digest, size, mediaType, modifiedAt } = item;
  const path = Buffer.from(item.path, 'base64url');
  const text = readablePath(path);
  const name = text ?? path.toString('latin1').replace(/[^\x20-\x7e]/g, '?');
  const isFile = kind === 'file' || kind === 'link';
  const content = nameNode(ledger, 'content-facet', key);
  const facets = [
    makeNode(content, 'observable:ContentDataFacet', {
      'observable:sizeInBytes': size,
      'observable:mimeType': mediaType,
      'observable:hash': makeHashes(ledger, content, digest),
    }),
  ];
  if (isFile) {
    facets.unshift(
      makeNode(nameNode(ledger, 'file-facet', key), 'observable:FileFacet', {
        'observable:fileName': name.slice(name.lastIndexOf('/') + 1),
        'observable:filePath': name,
        'observable:sizeInBytes': size,
        'observable:modifiedTime':
          modifiedAt === undefined || modifiedAt > LAST_TIME ? undefined : toDateTime(modifiedAt),
      }),
    );
  }
  return makeNode(nameNode(ledger, 'item', key), TYPES[kind], {
    'core:name': isFile ? undefined : name,
    'core:tag': [
      ...(text === undefined ? [`${NAME_TAG}${item.path}`] : []),
      ...(item.seal === undefined ? [] : [`seal:${item.seal}`]),
      ...(item.container === undefined ? [] : [`container:${describeContainer(item.container)}`]),
    ],
    'core:hasFacet': facets,
    ...more,
  });
}
