import { extname } from 'node:path';
import { CliError } from './failure.ts';

/** @throws CliError `USAGE`. */
export function chooseFormat(file: string): 'pdf' | 'html' {
  const extension = extname(file).toLowerCase();
  if (extension === '.pdf') return 'pdf';
  if (extension === '.html') return 'html';
  throw new CliError('USAGE', '--out takes a name that ends in .pdf or .html');
}
