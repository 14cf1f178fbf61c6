import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { makePrintable, toPrintableJson } from '../text/printable.ts';
import { createProgress, formatDuration } from './progress.ts';
import { formatBytes, formatFields, formatTable } from './table.ts';

describe('text for people', () => {
  it('cannot steer their terminal', () => {
    expect(makePrintable('a\u001b[2Jb\u202ec\r\n\u009b1m')).toBe(
      'a\\u001b[2Jb\\u202ec\\u000d\n\\u009b1m',
    );
    expect(makePrintable('Straße 証拠')).toBe('Straße 証拠');
  });

  it('cannot do so as JSON either, and means the same', () => {
    const hostile = { name: '\u001b[2J\u009b1m\u202e\u007f"\\', other: 'Straße 証拠' };
    const text = toPrintableJson(hostile);
    expect(text).toMatch(/^[\x20-\x7eß証拠]*$/);
    expect(JSON.parse(text)).toEqual(hostile);
  });

  it('stands in columns', () => {
    expect(formatTable(['A', 'LONG'], [['value', 'x']])).toBe('A      LONG\nvalue  x');
    expect(
      formatFields([
        ['A', 1],
        ['Long', undefined],
        ['Other', 'x'],
      ]),
    ).toBe('A      1\nOther  x');
    expect(formatBytes(1023)).toBe('1023 B');
    expect(formatBytes(1536)).toBe('1.5 KiB');
    expect(formatDuration(3723)).toBe('1:02:03');
    expect(formatDuration(63)).toBe('1:03');
  });
});

describe('progress', () => {
  const record = (json: true | undefined, progress: 'auto' | 'json' | 'none', isTTY: boolean) => {
    const stderr = Object.assign(new PassThrough(), { isTTY });
    let time = 0;
    const options = { progress, ...(json && { json }) };
    const shown = createProgress({ stderr, now: () => time }, options);
    for (; time < 1000; time += 10) {
      shown.report({ filesDone: time, bytesDone: time, bytesTotal: 2000, rate: 10, eta: 61 });
    }
    shown.report({ filesDone: 1000, bytesDone: 1000, bytesTotal: 2000, rate: 10, eta: 0 });
    shown.stop();
    return String(stderr.read() ?? '');
  };

  it('is JSON lines on standard error when asked, a few a second, the last one always', () => {
    const lines = record(true, 'json', true)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.length).toBeLessThan(8);
    expect(lines.at(-1)).toEqual({
      progress: { filesDone: 1000, bytesDone: 1000, bytesTotal: 2000, rate: 10, eta: 0 },
    });
  });

  it('is a bar with rate and time left on a terminal', () => {
    const text = record(undefined, 'auto', true);
    expect(text).toContain('B/s');
    expect(text).toContain('left');
  });

  it('is nothing without a terminal, with --json, or when told so', () => {
    expect(record(undefined, 'auto', false)).toBe('');
    expect(record(true, 'auto', true)).toBe('');
    expect(record(undefined, 'none', true)).toBe('');
  });
});
