// Tells what changes between two policies: for whom, on which hosts and with which methods. Exit code 0: nothing changes;
// 1: something does, or a file cannot be used.
import { loadAccessControl } from "../../app/config/load.ts";
import { HostError, usage } from "../../kit/errors.ts";
import { whyUnreadable } from "../../kit/files/read-file.ts";
import { readAccessLog } from "../../policy/access-log.ts";
import { diffPolicies } from "../../policy/diff.ts";
import { Replay } from "../../policy/replay.ts";
import { type Arguments, commandOf, flagOption, textOption } from "../command.ts";
import { painter } from "../paint.ts";
import { diffText } from "../policy-diff-text.ts";

export const command = commandOf({
  options: {
    log: textOption("FILE", "an access log (JSON lines or combined) to put to both policies"),
    json: flagOption("print JSON"),
  },
  positionals: "OLD NEW",
  examples: ["zerohop policy diff old.yml new.yml", "zerohop policy diff old.yml new.yml --log access.log"],
  async run(args) {
    const [old, current] = filesOf(args);
    const policies = [loadAccessControl(old), loadAccessControl(current)] as const;
    const diff = diffPolicies(...policies);
    const { log, json } = args.options;
    const replay = log === undefined ? undefined : await replayLog(log, new Replay(...policies));
    if (json) process.stdout.write(`${JSON.stringify({ ...diff, ...(replay && { log: replay }) }, null, 2)}\n`);
    else process.stdout.write(diffText(diff, replay, painter(process.stdout)));
    return diff.changes.length > 0 || (replay?.changes.length ?? 0) > 0 ? 1 : 0;
  },
});

function filesOf({ positionals }: Pick<Arguments, "positionals">): readonly [string, string] {
  const [old, current, ...more] = positionals;
  if (old === undefined || current === undefined || more.length > 0)
    throw usage("name two config files: the old one and the new one");
  return [old, current];
}

async function replayLog(file: string, replay: Replay) {
  let skipped = 0;
  try {
    for await (const request of readAccessLog(file)) {
      if (request) replay.add(request);
      else skipped++;
    }
  } catch (error) {
    throw new HostError("not_found", `${file} cannot be read: ${whyUnreadable(error)}`);
  }
  return { ...replay.counts, skipped, changes: replay.changes };
}
