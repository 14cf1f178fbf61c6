/** A list of labels in a file, whatever its format. */
import { createReadStream } from 'node:fs';
import { readLabelCsv } from '../../label/format/csv.ts';
import type { Entry, ReadOptions } from '../../label/format/entry.ts';
import { readMisp } from '../../label/format/misp-read.ts';
import { readOfac } from '../../label/format/ofac.ts';
import { readTagPack } from '../../label/format/tagpack-read.ts';
import { CliError } from '../failure.ts';

export const PACK_FORMATS = ['tagpack', 'ofac', 'misp', 'csv'] as const;
export type PackFormat = (typeof PACK_FORMATS)[number];

export interface PackReading {
  readonly format: PackFormat;
  /** OFAC's code of the asset whose addresses the list holds. */
  readonly asset?: string | undefined;
  readonly options: ReadOptions;
}

/** @throws CliError `FILE_UNREADABLE`; LabelFormatError for what is no list of that format. */
export function readPack(
  file: string,
  { format, asset, options }: PackReading,
  onRead: (bytes: number) => void,
): AsyncGenerator<Entry, void, undefined> {
  const chunks = readChunks(file, onRead);
  switch (format) {
    case 'tagpack':
      return readTagPack(chunks, options);
    case 'misp':
      return readMisp(chunks, options);
    case 'csv':
      return readLabelCsv(chunks, options);
    case 'ofac':
      return readOfac(chunks, asset!, options);
  }
}

/** @throws CliError `FILE_UNREADABLE`. */
export async function* readChunks(file: string, onRead: (bytes: number) => void) {
  try {
    for await (const chunk of createReadStream(file)) {
      onRead(chunk.length);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !('syscall' in (error as object))) throw error;
    throw new CliError('FILE_UNREADABLE', `cannot read ${file} (${code})`, error);
  }
}
