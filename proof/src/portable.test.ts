import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
/** The one file that may know of Node, and what only runs in tests. */
const isPortable = (path: string) =>
  path.endsWith('.ts') && path !== 'node.ts' && !path.endsWith('.test.ts');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isPortable);

const NETWORKING =
  /^(?:node:)?(?:net|http|https|http2|tls|dgram|dns|child_process|worker_threads|fs)(?:\/|$)|grpc-js/;

describe('the portable part', () => {
  it.each(sources)('%s imports no module of Node and uses none of its globals', (path) => {
    const text = readFileSync(`${folder}/${path}`, 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
      ([, to]) => to!,
    );
    expect(specifiers.filter(isBuiltin)).toEqual([]);
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(code).not.toMatch(/\b(?:process|Buffer\.|require\(|fetch\(|WebSocket|XMLHttpRequest)/);
    expect(code).not.toMatch(/\b(?:Date\.now|new Date\(\)|Math\.random|console\.)/);
  });

  it('loads nothing, however deep, that can open a socket or a file', () => {
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = new Set();
      registerHooks({
        resolve(specifier, context, next) {
          const found = next(specifier, context);
          loaded.add(found.url);
          return found;
        },
      });
      await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      process.stdout.write(JSON.stringify([...loaded]));
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    const loaded = JSON.parse(output) as string[];
    expect(loaded.some((url) => url.includes('common_pb'))).toBe(true);
    expect(loaded.some((url) => url.endsWith('bundle/verify.ts'))).toBe(true);
    const names = loaded.map((url) =>
      url.startsWith('file:') ? url.split('/').slice(-3).join('/') : url,
    );
    expect(names.filter((name) => NETWORKING.test(name))).toEqual([]);
  });
});
