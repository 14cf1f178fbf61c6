/** JSON-LD of a graph, a node a line, as it comes: any number of nodes in constant memory. */
import { type CaseNode, CONTEXT } from './case-node.ts';

/** Characters handed on at once. */
const PIECE = 1 << 18;

export async function* writeCase(
  nodes: AsyncIterable<CaseNode> | Iterable<CaseNode>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let text = `{"@context":${JSON.stringify(CONTEXT)},\n"@graph":[\n`;
  let isFirst = true;
  for await (const node of nodes) {
    text += `${isFirst ? '' : ',\n'}${JSON.stringify(node)}`;
    isFirst = false;
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}\n]}\n`);
}
