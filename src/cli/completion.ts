// Completion scripts for shells, made from the commands themselves: their names, and each one's
// options. Arguments complete as files, because most repositories at hand are folders.

/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly description: string }[];
}

/** Shells that scripts are made for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell. */
export type Shell = (typeof SHELLS)[number];

/** The script of a shell. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  if (shell === "bash") return bash(commands);
  return shell === "zsh" ? zsh(commands) : fish(commands);
}

function flagsOf(command: CompletedCommand): string {
  return command.options.map(({ flag }) => flag).join(" ");
}

function bash(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map((command) => `    ${command.name}) words="${flagsOf(command)}" ;;`);
  return `# varve completion for bash: source <(varve completion bash)
_varve() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    help) words="${names}" ;;
  esac
  if [[ "$current" == -* || "\${COMP_WORDS[1]}" == help ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _varve varve
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const quoted = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
  const names = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = commands.map((command) => {
    const options = command.options.map(
      ({ flag, description }) => `'${flag}[${quoted(description)}]'`,
    );
    return `    ${command.name}) _arguments ${options.join(" ")} '*:file:_files' ;;`;
  });
  return `#compdef varve
# varve completion for zsh: varve completion zsh > a folder of $fpath, as _varve
_varve() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_varve" ]; then _varve "$@"; else compdef _varve varve; fi
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = ["# varve completion for fish: varve completion fish | source"];
  for (const command of commands) {
    lines.push(
      `complete -c varve -n __fish_use_subcommand -f -a ${command.name} ` +
        `-d ${quoted(command.summary)}`,
    );
    for (const { flag, description } of command.options) {
      const kind = flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
      lines.push(
        `complete -c varve -n '__fish_seen_subcommand_from ${command.name}' ${kind} ` +
          `-d ${quoted(description)}`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
