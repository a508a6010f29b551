import { expect, test } from "vitest";
import { unpinnedActions, unpinnedImages, unpinnedPackages } from "../../scripts/pins.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const lock = (entry: object) => JSON.stringify({ packages: { "": { version: "1.0.0" }, "node_modules/a": entry } });

test("a package with its hash and no address is pinned", () => {
  expect(unpinnedPackages("lock", lock({ version: "2.0.0", integrity: "sha512-AA==" }))).toEqual([]);
});

test("a package without a hash, or with a weak one, is named", () => {
  for (const integrity of [undefined, "", "sha1-AA=="]) {
    expect(unpinnedPackages("lock", lock({ version: "2.0.0", integrity }))).toEqual([
      "lock: node_modules/a@2.0.0 has no integrity; take it from npm view … dist.integrity",
    ]);
  }
});

test("an address of a registry is named", () => {
  const entry = { version: "2.0.0", integrity: "sha512-AA==", resolved: "https://registry.example/a.tgz" };
  expect(unpinnedPackages("lock", lock(entry))).toEqual([
    "lock: node_modules/a@2.0.0 names a registry's address; .npmrc leaves those out",
  ]);
});

test("base images are named by digest, stages of the file by name", () => {
  const file = `FROM --platform=linux/amd64 node:24@${digest} AS build\nFROM build\nFROM scratch\nfrom debian:12 as base\n`;
  expect(unpinnedImages("Containerfile", file)).toEqual([
    "Containerfile:4: debian:12 is not named by its digest (NAME:TAG@sha256:…)",
  ]);
});

test("actions are named by commit, those of the repository itself by path", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const file = `steps:\n  - uses: actions/a@${commit} # v1\n  - uses: ./own\n  - name: x\n    uses: "actions/b@v2"\n`;
  expect(unpinnedActions("ci.yml", file)).toEqual([
    "ci.yml:5: actions/b@v2 is not named by its commit (OWNER/NAME@40 hex digits)",
  ]);
});
