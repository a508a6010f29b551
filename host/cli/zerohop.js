#!/usr/bin/env node
// `zerohop` of the npm package, beside main.js there. Any Node that knows modules reads this file, so that one which is too old for
// the rest says so, instead of failing over a part that it lacks.
const needed = [24, 7];
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `zerohop: Node.js ${needed.join(".")} or later is needed, and this is ${process.versions.node} (${process.execPath}). ` +
      "Install it from https://nodejs.org, or run npx -p node@24 -p zerohop zerohop …",
  );
  process.exit(1);
}

// SQLite and argon2 are experimental in some releases of Node 24, and what they do here is tested.
const { emitWarning } = process;
process.emitWarning = (warning, kind, ...rest) => {
  if (kind !== "ExperimentalWarning") emitWarning.call(process, warning, kind, ...rest);
};
import("./main.js");
