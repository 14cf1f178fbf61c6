/** A file of governed entries as they are shipped: treaties, calendars, order profiles. */
import { type ReferenceEntry, referenceEntry } from '@tabellion/chaincode/member/record';
import { z } from 'zod';
import { readYamlFile } from './yaml-file.ts';

const entriesFile = z.strictObject({ entries: z.array(referenceEntry).max(256) });

/**
 * Their forms are the contract's own, numbers and all.
 * @throws IdentityError `CONFIGURATION_INVALID`, naming file, field and fault.
 */
export const readEntries = async (file: string): Promise<readonly ReferenceEntry[]> =>
  (await readYamlFile(file, entriesFile, 'core')).entries;
