/** Data that stand beside the checkout and are read in place; tests that need them are skipped without. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../shared/data/', import.meta.url);

function sharedPath(name: string): string {
  return fileURLToPath(new URL(name, folder));
}

export function hasShared(name: string): boolean {
  return existsSync(sharedPath(name));
}

export function readShared(name: string): Uint8Array {
  return new Uint8Array(readFileSync(sharedPath(name)));
}

export function readSharedJson<T>(name: string): T {
  return JSON.parse(readFileSync(sharedPath(name), 'utf8')) as T;
}
