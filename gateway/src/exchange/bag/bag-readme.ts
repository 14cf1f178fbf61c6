/** What a bag says of itself to whoever opens it with nothing but a file manager. */
import type { BagLine } from './bag-line.ts';

/** @param example the first line, for commands that work as they stand; undefined for an empty bag. */
export function writeReadme(example: BagLine | undefined): string {
  const { payload, proof, custody } = example ?? {};
  const commands = [proof, custody]
    .filter((file) => file !== undefined)
    .map((file) => `    tabellion verify ${file} --trust ../trust.json --file ${quote(payload!)}`);
  const check = [
    '    tabellion import bag . --trust ../trust.json',
    ...commands,
    '    bagit.py --validate .',
  ].join('\n');
  return `${ENGLISH(check)}\n${CHINESE(check)}`;
}

/** For a POSIX shell. */
const quote = (name: string) => `'${name.replaceAll("'", `'\\''`)}'`;

const ENGLISH = (check: string) => `A BAG OF EVIDENCE (BagIt, RFC 8493)

data/                    the files
tabellion/items.ndjson   which proofs belong to which file, a line each
tabellion/proofs/        one proof a file: it is unchanged since it was anchored
tabellion/custody/       the chain of custody, of items that have one, as it stood when attested
tabellion/acquisitions/  where the items come from, as CASE (JSON-LD)
tabellion/trust.json     the trust file that whoever made the bag used

To check it without any network, in this directory:

${check}

../trust.json must come from a member that you trust, not from this bag: who could change the files could
change the trust file that lies beside them. The first command checks every file and every proof. What a
proof shows: the file is unchanged since it was anchored, and when that was. What it does not show: that
the content is true or complete, who made it, or whether collecting it was lawful.
`;
const CHINESE = (check: string) => `证据包（BagIt，RFC 8493）

data/                    文件
tabellion/items.ndjson   每个文件对应的证明，每行一个
tabellion/proofs/        每个文件一份证明：自存证以来未改变
tabellion/custody/       已开立保管的证据项的保管链，以证明出具时为准
tabellion/acquisitions/  证据项的来源，CASE 格式（JSON-LD）
tabellion/trust.json     制作本包者所用的信任文件

在本目录中离线检查：

${check}

../trust.json 应取自您信任的成员，而不是取自本包：能改动文件的人，也能改动放在一旁的信任文件。
第一条命令检查全部文件与全部证明。证明表明：文件自存证以来未改变，以及存证的时间。
证明不表明：内容真实或完整、由谁制作、收集是否合法。
`;
