/** Completion scripts made from the command tree, so that they cannot fall behind it. */
import type { Command } from 'commander';
import type { Invocation } from '../context.ts';
import type { Outcome } from '../output.ts';

/** One place in the tree: the words that lead to it, and those that may follow. */
interface Place {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly about: string }[];
}

export async function printCompletion({ args, command }: Invocation): Promise<Outcome> {
  const shell = args[0] as keyof typeof SCRIPTS;
  let program = command;
  while (program.parent !== null) program = program.parent;
  const script = SCRIPTS[shell](listPlaces(program, []));
  return { document: { shell, script }, text: script };
}

function listPlaces(command: Command, path: readonly string[]): Place[] {
  const options = [command, ...ancestors(command)].flatMap(({ options: own }) =>
    own.map((option) => ({ word: option.long ?? option.short ?? '', about: option.description })),
  );
  const below = command.commands.filter((child) => child.name() !== 'help');
  const names = below.map((child) => ({ word: child.name(), about: child.description() }));
  return [
    { path: path.join(' '), words: [...names, ...options, { word: '--help', about: 'show help' }] },
    ...below.flatMap((child) => listPlaces(child, [...path, child.name()])),
  ];
}

const ancestors = (command: Command): Command[] =>
  command.parent === null ? [] : [command.parent, ...ancestors(command.parent)];

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const pathCases = (places: readonly Place[]): string =>
  places
    .filter(({ path }) => path !== '')
    .map(({ path }) => quote(path))
    .join('|');

const wordList = ({ words }: Place): string => words.map(({ word }) => word).join(' ');

const SCRIPTS = {
  bash: (places: readonly Place[]) => `_tabellion() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${pathCases(places)}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${places.map((place) => `    ${quote(place.path)}) words=${quote(wordList(place))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _tabellion tabellion
`,
  zsh: (places: readonly Place[]) => `#compdef tabellion
_tabellion() {
  local path_='' word
  local -a found
  for word in \${words[2,CURRENT-1]}; do
    case "\${path_:+$path_ }$word" in
      ${pathCases(places)}) path_="\${path_:+$path_ }$word" ;;
    esac
  done
  case "$path_" in
${places
  .map(
    ({ path, words }) =>
      `    ${quote(path)}) found=(${words
        .map(({ word, about }) => quote(`${word.replaceAll(':', '\\:')}:${about}`))
        .join(' ')}) ;;`,
  )
  .join('\n')}
  esac
  _describe 'tabellion' found || _files
}
compdef _tabellion tabellion
`,
  fish: (places: readonly Place[]) => `function __tabellion_path
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$path $word")
    if contains -- "$next" ${places
      .filter(({ path }) => path !== '')
      .map(({ path }) => quote(path))
      .join(' ')}
      set path "$next"
    end
  end
  echo "$path"
end
${places
  .flatMap(({ path, words }) =>
    words.map(
      ({ word, about }) =>
        `complete -c tabellion -n ${quote(`test (__tabellion_path) = "${path}"`)} -a ${quote(word)} -d ${quote(about)}`,
    ),
  )
  .join('\n')}
`,
} as const;
