/** DFXML is read as it streams; what is no DFXML, or made to harm, is refused. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toBytePath } from '../../evidence/byte-path.ts';
import { type DfxmlOptions, readDfxml } from './read-dfxml.ts';

const SHA256 = 'A'.repeat(64);
const hash = `<hashdigest type='SHA256'>${SHA256}</hashdigest>`;
const file = (inside: string) => `<fileobject>${inside}</fileobject>`;
const wrap = (inside: string) =>
  `<?xml version='1.0' encoding='UTF-8'?>\n<dfxml xmlns='http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML'>${inside}</dfxml>`;

/** @param step bytes handed over at once, however they fall. */
async function read(text: string | Uint8Array, options: DfxmlOptions = {}, step = 7) {
  const bytes = Buffer.from(text as string);
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  })();
  const all = { files: [] as unknown[], omitted: [] as unknown[], notFiles: 0 };
  for await (const group of readDfxml(pieces, options)) {
    all.files.push(...group.files);
    all.omitted.push(...group.omitted);
    all.notFiles += group.notFiles;
  }
  return all;
}
const refuse = async (text: string | Uint8Array, step?: number) =>
  await read(text, {}, step).then(
    () => 'READ',
    ({ code }) => code,
  );

describe('DFXML', () => {
  it('gives names, sizes and digests of files, with names of any script and sign', async () => {
    const name = '<filename>照片/a&lt;b&#10;c.jpg</filename><filesize>12</filesize>';
    const md5 = `<hashdigest type="md5">${'0'.repeat(32)}</hashdigest>`;
    const { files } = await read(wrap(`<volume>${file(name + md5 + hash)}</volume>`));
    expect(files).toEqual([
      {
        name: toBytePath('照片/a<b\nc.jpg'),
        size: 12,
        sha256: SHA256.toLowerCase(),
        md5: '0'.repeat(32),
      },
    ]);
  });

  it('takes no name or digest of a part or a parent for that of the file', async () => {
    const runs = `<byte_runs><byte_run len='1'>${hash}</byte_run></byte_runs>`;
    const parent = '<parent_object><filename>other</filename></parent_object>';
    const inside = `<filename>a</filename><filesize>1</filesize>${runs}${parent}`;
    const { files, omitted } = await read(wrap(file(inside)));
    expect(files).toEqual([]);
    expect(omitted).toEqual([{ name: 'a', why: 'NO_SHA256' }]);
  });

  it('names what it leaves out', async () => {
    const [name, size] = ['<filename>n</filename>', '<filesize>1</filesize>'];
    const text = wrap(
      [
        file(`${name}${size}${hash}<unalloc>1</unalloc>`),
        file(`${name}${size}${hash}<alloc>0</alloc>`),
        file(`${size}${hash}`),
        file(`${name}${hash}`),
        file(`${name}<name_type>d</name_type>`),
      ].join(''),
    );
    const { files, omitted, notFiles } = await read(text);
    expect(files).toEqual([]);
    expect(notFiles).toBe(1);
    expect(omitted.map((one) => (one as { why: string }).why)).toEqual([
      'UNALLOCATED',
      'UNALLOCATED',
      'NO_NAME',
      'NO_SIZE',
    ]);
    expect((await read(text, { unallocated: true })).files).toHaveLength(2);
  });

  it('reads one partition where several have the same names', async () => {
    const one = (partition: number) =>
      file(
        `<filename>a</filename><filesize>1</filesize>${hash}<partition>${partition}</partition>`,
      );
    const text = wrap(one(1) + one(2));
    expect((await read(text)).files).toHaveLength(2);
    expect((await read(text, { partition: '2' })).files).toHaveLength(1);
  });

  it.each([
    ['a cut-off file', wrap('').slice(0, -3)],
    ['no XML', 'size,sha256,filename'],
    ['nothing', ''],
    ['another root', '<html></html>'],
    ['a second root', `${wrap('')}<dfxml/>`],
    ['a bad size', wrap(file(`<filename>a</filename><filesize>-1</filesize>${hash}`))],
    [
      'a bad digest',
      wrap(
        file(
          '<filename>a</filename><filesize>1</filesize><hashdigest type="sha256">zz</hashdigest>',
        ),
      ),
    ],
    ['two digests', wrap(file(`<filename>a</filename><filesize>1</filesize>${hash}${hash}`))],
    ['a name with NUL', wrap(file(`<filename>a&#0;b</filename><filesize>1</filesize>${hash}`))],
    ['an unknown entity', wrap(file('<filename>&nbsp;</filename>'))],
    ['an element in a name', wrap(file('<filename>a<b/>c</filename>'))],
  ])('with %s is refused', async (_, text) => {
    expect(await refuse(text)).toBe('DFXML_MALFORMED');
  });

  it('that is not UTF-8 is refused', async () => {
    expect(await refuse(Buffer.from(wrap('é'), 'latin1'))).toBe('DFXML_MALFORMED');
    expect(await refuse(Buffer.from(wrap(''), 'utf16le'))).toBe('DFXML_MALFORMED');
  });

  it('expands no entity, its own or from elsewhere', async () => {
    const laughs = `<!DOCTYPE dfxml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`;
    const outside = '<!DOCTYPE dfxml [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    for (const doctype of [laughs, outside, '<!DOCTYPE dfxml SYSTEM "http://127.0.0.1:1/x">']) {
      const text = `${doctype}<dfxml>${file('<filename>&b;&x;</filename>')}</dfxml>`;
      expect(await refuse(text)).toBe('DFXML_UNSAFE');
    }
  });

  it('is given up where depth or text have no end', async () => {
    expect(await refuse(wrap('<a>'.repeat(1000)), 512)).toBe('DFXML_UNSAFE');
    const long = 'a'.repeat(1 << 20);
    expect(await refuse(wrap(file(`<filename>${long}</filename>`)), 4096)).toBe('DFXML_UNSAFE');
    for (const text of [`<${long}/>`, `<a b="${long}"/>`, `<!--${long}-->`, `<?x ${long}?>`]) {
      expect(await refuse(wrap(text), 4096)).toBe('DFXML_MALFORMED');
    }
    const many = Array.from({ length: 65 }, (_, at) => `a${at}="1"`).join(' ');
    expect(await refuse(wrap(`<x ${many}/>`), 4096)).toBe('DFXML_UNSAFE');
    // Text that nobody asked for is passed over.
    expect(await refuse(wrap(`<x>${long}</x><y><![CDATA[${long}]]></y>`), 4096)).toBe('READ');
  });

  it('of any size needs the same memory', { timeout: 60_000 }, () => {
    const script = join(import.meta.dirname, 'dfxml-stream-testing.ts');
    const run = (bytes: number) =>
      // A heap that a document of this size, or a list of its files, would not fit into.
      JSON.parse(
        execFileSync(process.execPath, ['--max-old-space-size=32', script, `${bytes}`], {
          encoding: 'utf8',
        }),
      );
    const [small, large] = [run(2_000_000), run(24_000_000)];
    expect(large.files).toBeGreaterThan(8 * small.files);
    expect(large.maxRSS).toBeLessThan(small.maxRSS * 1.5);
  });
});
