import { createHash } from 'node:crypto';
import sax from 'sax';
import { describe, expect, it } from 'vitest';
import { buildReport } from './build-report.ts';
import { renderHtml } from './html.ts';
import { makeInput } from './testing.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly parent: string | undefined;
}

/** Every element and the text, by a strict parser: what is not well-formed throws. */
function parse(bytes: Uint8Array): { elements: Element[]; text: string } {
  const parser = sax.parser(true);
  const elements: Element[] = [];
  const open: string[] = [];
  let text = '';
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = ({ name, attributes }) => {
    elements.push({
      name,
      attributes: attributes as Record<string, string>,
      parent: open.at(-1),
    });
    open.push(name);
  };
  parser.onclosetag = () => {
    open.pop();
  };
  parser.ontext = (part) => {
    text += part;
  };
  parser.write(new TextDecoder().decode(bytes)).close();
  return { elements, text };
}

const HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e&amp;\u0000\n]]>';
const render = (input = makeInput()) => renderHtml(buildReport(input));

describe('the report as HTML', () => {
  it.each(['en', 'zh'] as const)('is well-formed and sound in its structure: %s', (language) => {
    const { elements } = parse(render({ ...makeInput(), language }));
    const named = (name: string) => elements.filter((element) => element.name === name);
    expect(named('html')[0]?.attributes.lang).toBe(language === 'en' ? 'en' : 'zh-Hans');
    expect(named('h1')).toHaveLength(1);
    expect(named('main')).toHaveLength(1);
    expect(named('title')).toHaveLength(1);
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of named('section')) {
      expect(ids).toContain(attributes['aria-labelledby']);
    }
    for (const { attributes } of elements.filter(
      ({ name, attributes: a }) => name === 'a' && a.href?.startsWith('#'),
    )) {
      expect(ids).toContain(attributes.href!.slice(1));
    }
    expect(named('caption')).toHaveLength(named('table').length);
    for (const { attributes } of named('th')) expect(['row', 'col']).toContain(attributes.scope);
    expect(named('svg')[0]?.attributes).toMatchObject({ role: 'img' });
    expect(named('svg')[0]?.attributes['aria-label']).not.toBe('');
  });

  it('holds no script and asks nobody for anything', () => {
    const { elements } = parse(render());
    const banned = ['script', 'link', 'img', 'iframe', 'object', 'embed', 'base', 'form', 'video'];
    expect(elements.filter(({ name }) => banned.includes(name))).toEqual([]);
    for (const { attributes } of elements) {
      for (const [name, value] of Object.entries(attributes)) {
        expect(name.startsWith('on'), name).toBe(false);
        if (name === 'src' || name === 'href') expect(value).toMatch(/^(#|data:application\/)/);
      }
    }
    const style = /<style>([\s\S]*?)<\/style>/.exec(new TextDecoder().decode(render()))![1]!;
    expect(style).not.toMatch(/url\(|@import/);
    const policy = elements.find((element) => element.attributes['http-equiv'] !== undefined);
    const digest = createHash('sha256').update(style).digest('base64');
    expect(policy?.attributes.content).toBe(`default-src 'none'; style-src 'sha256-${digest}'`);
  });

  it('shows hostile texts as they are and lets none act', () => {
    const input = makeInput(6, { path: HOSTILE, memberName: 'x' });
    const members = input.members.map((member) => ({ ...member, name: HOSTILE }));
    const steps = input.life.steps.map((step) => ({
      ...step,
      record: { ...step.record, reason: HOSTILE },
    }));
    const hostile = {
      ...input,
      members,
      life: { ...input.life, steps },
      bundles: [input.bundles[0]!],
    };
    const plain = parse(render({ ...input, bundles: [input.bundles[0]!] }));
    const { elements, text } = parse(render(hostile));
    const count = (of: readonly Element[], name: string) =>
      of.filter((e) => e.name === name).length;
    for (const name of ['script', 'img']) expect(count(elements, name)).toBe(0);
    // Texts make no elements: there are as many as with harmless texts.
    expect(count(elements, 'td')).toBe(count(plain.elements, 'td'));
    expect(text).toContain('<script>alert(1)</script>');
    expect(text).not.toContain('\u202e');
    expect(text).toContain('\\u202e');
    expect(text).toContain('\\u0000');
  });

  it('isolates what others wrote from our own words', () => {
    const { elements } = parse(render(makeInput(2, { reason: 'سبب' })));
    expect(elements.filter(({ name }) => name === 'bdi').length).toBeGreaterThan(5);
    for (const { name, attributes } of elements) {
      if (name === 'code') expect(['ltr', undefined]).toContain(attributes.dir);
    }
  });

  it('carries the proofs, byte for byte', () => {
    const input = makeInput();
    const links = parse(render(input)).elements.filter(({ attributes }) => attributes.download);
    expect(links).toHaveLength(2);
    links.forEach(({ attributes }, index) => {
      const [, data = ''] = attributes.href!.split(';base64,');
      expect(Buffer.from(data, 'base64').equals(input.bundles[index]!.bytes)).toBe(true);
    });
  });

  it('is the same bytes for the same input', () => {
    expect(Buffer.from(render()).equals(render())).toBe(true);
  });
});
