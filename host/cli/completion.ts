// The scripts that have bash, zsh and fish complete zerohop's commands and options. Everything is written down in them, so that a Tab
// starts no process.
import { type Command, flagOption, type Option } from "./command.ts";
import { quotedWord } from "./shell-word.ts";

/** A command beside what it does, by its name. */
export type CommandTable = ReadonlyMap<string, { readonly summary: string; readonly command: Command }>;

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, table: CommandTable): string {
  return { bash, zsh, fish }[shell](table);
}

const helpOption = flagOption("say more about this command");

function optionsOf({ options }: Command): readonly (readonly [string, Option])[] {
  return [...Object.entries(options), ["help", helpOption]];
}

/** Whether a placeholder of the help text stands for a path: `FILE`, `PATH=DIR`, `OLD NEW`. */
function isPath(placeholder: string | undefined): boolean {
  return /\b(FILE|DIR|OLD)\b/.test(placeholder ?? "");
}

/** The words that a placeholder such as `bash|zsh|fish` leaves to choose from. */
function choices(placeholder: string | undefined): readonly string[] {
  return placeholder?.includes("|") ? placeholder.split("|") : [];
}

/** What can follow each beginning of a command's name, "" the first: the next words, and what the commands do that end there. */
function nextWords(table: CommandTable): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const next = new Map<string, Map<string, string>>([["", new Map()]]);
  for (const [name, { summary }] of table) {
    const words = name.split(" ");
    for (const [index, word] of words.entries()) {
      const before = words.slice(0, index).join(" ");
      const following = next.get(before) ?? new Map<string, string>();
      next.set(before, following.set(word, index === words.length - 1 ? summary : `${word} …`));
    }
  }
  return next;
}

/** All beginnings of commands' names, these included. */
function beginnings(table: CommandTable): readonly string[] {
  return [...new Set([...nextWords(table).keys(), ...table.keys()])].filter((name) => name !== "");
}

function bash(table: CommandTable): string {
  const groups = [...nextWords(table)].map(
    ([name, words]) => `    ${quotedWord(name)}) next=${quotedWord([...words.keys()].join(" "))} ;;`,
  );
  const commands = [...table].map(([name, { command }]) => {
    const options = optionsOf(command);
    const words = (which: (option: Option) => boolean) =>
      options.flatMap(([option, kind]) => (which(kind) ? [`--${option}`] : [])).join(" ");
    return `    ${quotedWord(name)})
      options=${quotedWord(words(() => true))}
      paths=${quotedWord(words(({ type, value }) => type === "string" && isPath(value)))}
      texts=${quotedWord(words(({ type, value }) => type === "string" && !isPath(value)))}
      next=${quotedWord(choices(command.positionals).join(" "))} files=${isPath(command.positionals) ? "yes" : ""} ;;`;
  });
  return `# Completion of zerohop for bash: source <(zerohop completion bash), or as a file in ~/.local/share/bash-completion/completions/zerohop
_zerohop() {
  local at='' word next='' options='' paths='' texts='' files='' i
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${at:+$at }\${COMP_WORDS[i]}"
    case "$word" in ${beginnings(table).map(quotedWord).join(" | ")}) at=$word ;; esac
  done
  case "$at" in
${groups.join("\n")}
  esac
  case "$at" in
${commands.join("\n")}
  esac
  COMPREPLY=()
  if [[ " $texts " == *" $prev "* ]]; then return; fi
  if [[ " $paths " == *" $prev "* ]]; then next='' files=yes
  elif [[ $cur == -* ]]; then next=$options files=''; fi
  if [[ $files ]]; then
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$next" -- "$cur"))
  fi
}
complete -F _zerohop zerohop
`;
}

function zsh(table: CommandTable): string {
  const described = (words: ReadonlyMap<string, string>) =>
    [...words].map(([word, summary]) => quotedWord(`${word}:${summary.replaceAll(":", "\\:")}`)).join(" ");
  const groups = [...nextWords(table)].map(
    ([name, words]) => `    (${quotedWord(name)}) next=(${described(words)}); _describe command next ;;`,
  );
  const specification = ([name, { type, value, help, multiple }]: readonly [string, Option]) => {
    const text = help.replace(/[[\]:\\]/g, "\\$&");
    const action = type === "string" ? `:${(value ?? "").replaceAll(":", "\\:")}:${isPath(value) ? "_files" : ""}` : "";
    return quotedWord(`${multiple ? "*" : ""}--${name}[${text}]${action}`);
  };
  const commands = [...table].map(([name, { command }]) => {
    const words = choices(command.positionals);
    const positionals = isPath(command.positionals) ? "_files" : `(${words.join(" ")})`;
    const rest = command.positionals === undefined ? "" : ` ${quotedWord(`*:argument:${positionals}`)}`;
    return `    (${quotedWord(name)}) _arguments ${optionsOf(command).map(specification).join(" ")}${rest} ;;`;
  });
  return `#compdef zerohop
# Completion of zerohop for zsh: source <(zerohop completion zsh) after compinit, or as a file _zerohop in a folder of $fpath
_zerohop() {
  local at='' word last=1 i
  local -a next
  for ((i = 2; i < CURRENT; i++)); do
    word="\${at:+$at }$words[i]"
    case "$word" in (${beginnings(table).map(quotedWord).join("|")}) at=$word last=$i ;; esac
  done
  case "$at" in
${groups.join("\n")}
  esac
  words=("\${(@)words[last,-1]}")
  ((CURRENT -= last - 1))
  case "$at" in
${commands.join("\n")}
  esac
}
if [[ $funcstack[1] == _zerohop ]]; then _zerohop "$@"; else compdef _zerohop zerohop; fi
`;
}

function fish(table: CommandTable): string {
  const text = (words: string) => `'${words.replace(/[\\']/g, "\\$&")}'`;
  const at = (name: string) => `-n ${text(`__zerohop_at '${name}'`)}`;
  const groups = [...nextWords(table)].flatMap(([name, words]) =>
    [...words].map(([word, summary]) => `complete -c zerohop ${at(name)} -a ${word} -d ${text(summary)}`),
  );
  const commands = [...table].flatMap(([name, { command }]) => [
    ...optionsOf(command).map(([option, { type, value, help }]) => {
      const argument = type === "boolean" ? "" : isPath(value) ? "-r -F " : "-x ";
      return `complete -c zerohop ${at(name)} -l ${option} ${argument}-d ${text(help)}`;
    }),
    ...(isPath(command.positionals) ? [`complete -c zerohop ${at(name)} -F`] : []),
    ...choices(command.positionals).map((word) => `complete -c zerohop ${at(name)} -a ${word}`),
  ]);
  return `# Completion of zerohop for fish: zerohop completion fish >~/.config/fish/completions/zerohop.fish
function __zerohop_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim "$at $word")
    contains -- "$longer" ${beginnings(table).map(text).join(" ")}; and set at $longer
  end
  test "$at" = "$argv[1]"
end
complete -c zerohop -f
${[...groups, ...commands].join("\n")}
`;
}
