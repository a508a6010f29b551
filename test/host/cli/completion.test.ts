// What a Tab completes in the shells themselves, with the scripts that `zerohop completion` prints.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { onPath } from "../../../workshop/programs/on-path.ts";

/** What is typed, and what it becomes or is offered. `config.yml` and `conf.d/` are there. */
const typed: readonly (readonly [string, readonly string[]])[] = [
  ["zerohop ser", ["serve"]],
  ["zerohop policy ", ["check", "diff", "explain", "test"]],
  ["zerohop storage encryption ch", ["change-key", "check"]],
  ["zerohop user add --dis", ["--display-name"]],
  ["zerohop serve --config conf", ["conf.d/", "config.yml"]],
  ["zerohop lint conf", ["conf.d/", "config.yml"]],
  ["zerohop audit --user conf", []],
  ["zerohop user add --config config.yml alice --em", ["--email"]],
  ["zerohop completion ", ["bash", "fish", "zsh"]],
];

/** A folder with the script and the two paths. */
async function folderFor(shell: string): Promise<string> {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await zerohopInProcess(["completion", shell]);
  expect([code, stderr]).toEqual([0, ""]);
  writeFileSync(join(folder, "completion"), stdout);
  writeFileSync(join(folder, "config.yml"), "");
  mkdirSync(join(folder, "conf.d"));
  return folder;
}

const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

describeWith(onPath("bash"), "bash", (bash) => {
  // `bind` and a terminal aside, this is what bash does at a Tab: it splits the words and calls the function.
  const program = `
    source ./completion
    COMP_WORDS=($1); [[ $1 == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _zerohop
    for one in "\${COMPREPLY[@]}"; do [[ -d $one ]] && one+=/; printf '%s\\n' "$one"; done | sort`;

  test("completes commands, options, files and words", async () => {
    const cwd = await folderFor("bash");
    const offered = typed.map(([line]) =>
      linesOf(execFileSync(bash, ["-c", program, "bash", line], { cwd, encoding: "utf8" })),
    );
    expect(offered).toEqual(typed.map(([, offers]) => offers));
  });
});

describeWith(onPath("fish"), "fish", (fish) => {
  test("completes commands, options, files and words", async () => {
    const cwd = await folderFor("fish");
    const environment = { ...process.env, HOME: cwd, XDG_CONFIG_HOME: cwd };
    const offered = typed.map(([line]) => {
      const program = `source ./completion; complete -C '${line}'`;
      const lines = linesOf(
        execFileSync(fish, ["--no-config", "-c", program], { cwd, encoding: "utf8", env: environment }),
      );
      return lines.map((offer) => offer.split("\t")[0]!).sort();
    });
    expect(offered).toEqual(typed.map(([, offers]) => offers));
  });
});

describeWith(onPath("zsh"), "zsh", (zsh) => {
  // A shell in a terminal of zsh's own making, in which Tab is typed; ^X prints what the line became.
  const program = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'PS1=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -U compinit; compinit -u -D; source ./completion'
    zpty -w shell 'show() { print -r -- "<<<$BUFFER>>>"; BUFFER=; }; zle -N show; bindkey "^X" show; print rea""dy'
    zpty -r shell line '*ready*'
    for typed in "$@"; do
      zpty -w -n shell "$typed"$'\\t\\x18'
      zpty -r shell line '*<<<*>>>*'
      print -r -- "\${\${line##*<<<}%%>>>*}"
    done
    zpty -d shell`;

  test("completes what can be only one thing", async () => {
    const cwd = await folderFor("zsh");
    const lines = [
      "zerohop ser",
      "zerohop policy expl",
      "zerohop user add bob --dis",
      "zerohop serve --config config.",
      "zerohop audit --user conf",
    ];
    const completed = execFileSync(zsh, ["-f", "-c", program, "zsh", ...lines], {
      cwd,
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(linesOf(completed)).toEqual([
      "zerohop serve ",
      "zerohop policy explain ",
      "zerohop user add bob --display-name ",
      "zerohop serve --config config.yml ",
      "zerohop audit --user conf",
    ]);
  });
});

describe("zerohop completion", () => {
  test("asks for a shell that it knows", async () => {
    const { code, stderr } = await zerohopInProcess(["completion", "tcsh"]);
    expect([code, stderr]).toEqual([
      2,
      "zerohop completion: name one of bash, zsh, fish\nSee zerohop completion --help.\n",
    ]);
  });
});
