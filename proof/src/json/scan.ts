/** What the engine's JSON parser lets pass in silence: repeated keys, rounded numbers, any depth. */
import { JsonError } from './error.ts';

const PLAIN_INTEGER = /^-?[1-9][0-9]{0,15}$|^0$/;
const ATOM = /[^\s"{}[\],:]+/y;

/**
 * Walks the tokens of a text that may not even be JSON and returns the first finding, if any. The
 * caller reports it only once the engine's parser has accepted the syntax.
 * @throws JsonError `JSON_TOO_DEEP`, at once: the parser's own stack must not decide that.
 */
export function scanJson(
  text: string,
  maxDepth: number,
  anyNumber: boolean,
): JsonError | undefined {
  /** Keys met in each open object; null stands for an array. */
  const open: (Set<string> | null)[] = [];
  let expectKey = false;
  let finding: JsonError | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (expectKey && keys) finding ??= noteKey(keys, text.slice(at, end));
      expectKey = false;
      at = end;
      continue;
    }
    ATOM.lastIndex = at;
    const atom = ATOM.exec(text)?.[0];
    if (atom !== undefined) {
      if (!anyNumber && /^[-0-9]/.test(atom)) finding ??= checkNumber(atom);
      at += atom.length;
      continue;
    }
    if (character === '{' || character === '[') {
      if (open.length === maxDepth) throw new JsonError('JSON_TOO_DEEP', 'nested too deeply');
      open.push(character === '{' ? new Set() : null);
      expectKey = character === '{';
    } else if (character === '}' || character === ']') {
      open.pop();
      expectKey = false;
    } else if (character === ',') {
      expectKey = open.at(-1) instanceof Set;
    }
    at += 1;
  }
  return finding;
}

/** Index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function noteKey(keys: Set<string>, quoted: string): JsonError | undefined {
  let key = quoted;
  if (quoted.includes('\\')) {
    try {
      key = JSON.stringify(JSON.parse(quoted));
    } catch {
      return undefined; // Not JSON at all: the parser will say so.
    }
  }
  if (keys.has(key)) return new JsonError('JSON_DUPLICATE_KEY', 'an object has one key twice');
  keys.add(key);
  return undefined;
}

function checkNumber(atom: string): JsonError | undefined {
  if (PLAIN_INTEGER.test(atom) && Number.isSafeInteger(Number(atom))) return undefined;
  return new JsonError('JSON_NUMBER', 'not a plain integer within ±(2^53−1)');
}
