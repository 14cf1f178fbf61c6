/** The architecture is tested: imports run one way, banned calls stay out, nothing turns in a circle. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const layers = ['proof', 'chaincode', 'screening', 'gateway'] as const;
type Layer = (typeof layers)[number];

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** Erased at run time. */
  readonly typeOnly: boolean;
}

const sources = layers.flatMap((layer) =>
  globSync(`${layer}/src/**/*.ts`, { cwd: root }).filter((file) => !file.endsWith('.test.ts')),
);

function readImports(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    specifier: (match[2] ?? match[3]) as string,
    typeOnly: match[1] !== undefined,
  }));
}

const imports = sources.flatMap(readImports);

/** The layer an import leads to, or undefined for a package from outside. */
function targetLayer({ file, specifier }: Import): Layer | undefined {
  const own = layers.find((layer) => specifier.startsWith(`@tabellion/${layer}`));
  if (own !== undefined || !specifier.startsWith('.')) return own;
  const path = relative(root, resolve(root, dirname(file), specifier));
  return layers.find((layer) => path.startsWith(`${layer}/`));
}

const where = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

describe('imports', () => {
  it('finds the sources and their imports', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(imports.length).toBeGreaterThan(sources.length);
  });

  it('run one way: proof <- chaincode <- screening <- gateway', () => {
    const breaches = imports.filter((entry) => {
      const from = layers.findIndex((layer) => entry.file.startsWith(`${layer}/`));
      const to = targetLayer(entry);
      return to !== undefined && layers.indexOf(to) > from;
    });
    expect(breaches.map(where)).toEqual([]);
  });

  it('reach another layer by its package name only', () => {
    const breaches = imports.filter((entry) => {
      const to = targetLayer(entry);
      return entry.specifier.startsWith('.') && to !== undefined && !entry.file.startsWith(to);
    });
    expect(breaches.map(where)).toEqual([]);
  });

  it('keep Node out of what runs anywhere, but for its Node entries', () => {
    const breaches = imports.filter(
      ({ file, specifier }) =>
        /^(proof|screening)\/src\/(?!node\.ts$)/.test(file) && specifier.startsWith('node:'),
    );
    expect(breaches.map(where)).toEqual([]);
  });

  it('let only contracts, the kernel and the server touch the shim', () => {
    const allowed = /^chaincode\/src\/(kernel\/|[a-z]+\/contract\.ts|server\.ts|index\.ts)/;
    const breaches = imports.filter(
      ({ file, specifier }) =>
        /^fabric-(shim|contract-api)/.test(specifier) &&
        file.startsWith('chaincode/') &&
        !allowed.test(file),
    );
    expect(breaches.map(where)).toEqual([]);
  });

  it('let only gateway/src/ledger know which ledger runs', () => {
    const composition = /^gateway\/src\/(ledger\/|node\/)/;
    const breaches = imports.filter(
      ({ file, specifier, typeOnly }) =>
        file.startsWith('gateway/') &&
        !composition.test(file) &&
        !typeOnly &&
        (/^(fabric-|@hyperledger\/fabric-gateway)/.test(specifier) ||
          /ledger\/(embedded|fabric)\//.test(specifier)),
    );
    expect(breaches.map(where)).toEqual([]);
  });

  it('leave the command line to itself: it uses the rest, and nothing uses it', () => {
    const breaches = imports.filter(
      ({ file, specifier }) =>
        /^gateway\/src\/(?!cli\/)/.test(file) &&
        relative(root, resolve(root, dirname(file), specifier)).startsWith('gateway/src/cli/'),
    );
    expect(breaches.map(where)).toEqual([]);
  });

  it('let what is written for others, reports and exports, know no door to the gateway', () => {
    const breaches = imports.filter(
      ({ file, specifier }) =>
        /^gateway\/src\/(report|exchange|text)\//.test(file) &&
        /^gateway\/src\/(cli|http|node|identity|ledger)\//.test(
          relative(root, resolve(root, dirname(file), specifier)),
        ),
    );
    expect(breaches.map(where)).toEqual([]);
  });

  it('turn in no circle at run time', () => {
    const graph = new Map<string, string[]>();
    for (const entry of imports) {
      if (entry.typeOnly || !entry.specifier.startsWith('.')) continue;
      const to = relative(root, resolve(root, dirname(entry.file), entry.specifier));
      graph.set(entry.file, [...(graph.get(entry.file) ?? []), to]);
    }
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });
});

it('puts every layer into the image', () => {
  const read = (name: string) => readFileSync(join(root, name), 'utf8').split('\n');
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect([...workspaces].sort()).toEqual([...layers].sort());
  const image = read('Dockerfile');
  for (const layer of layers) {
    expect(image).toContain(`COPY ${layer}/package.json ${layer}/`);
    expect(image).toContain(`COPY ${layer} ${layer}`);
    expect(read('.dockerignore')).toContain(`!${layer}`);
  }
});

describe('banned calls', () => {
  const scan = (pattern: RegExp, files: readonly string[]) =>
    files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));

  it('keep clock, randomness, locale and console out of the contracts', () => {
    const contracts = sources.filter(
      (file) => file.startsWith('chaincode/') && file !== 'chaincode/src/kernel/serve.ts',
    );
    const banned =
      /Date\.now|new Date\(|Math\.random|randomUUID|randomBytes|getRandomValues|console\.|\bIntl\b|localeCompare|toLocale|setTimeout|setInterval|process\.env|parseFloat/;
    expect(scan(banned, contracts)).toEqual([]);
  });

  it('let no user-facing text say that a hash makes evidence authentic (EVD-16)', () => {
    const claims = /\b(is|are|proven|proved|as) authentic\b/i;
    expect(scan(claims, sources)).toEqual([]);
  });
});
