import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { isIdentityHeader } from "../../../../assembly/core/headers/identity-header";
import { length, placeBytes } from "../../memory/placed";

function isOne(name: string): bool {
  const at = placeBytes(name);
  return isIdentityHeader(at, length);
}

describe("a header that tells who is asking", () => {
  test("is known in every spelling that a backend may fold into it", () => {
    const names: string[] = ["user", "groups", "name", "email", "USER", "Groups", "nAmE", "EMAIL"];
    const separators: string[] = ["-", "_", ".", " ", "/", "~", "\xff", "\0"];
    for (let i = 0; i < names.length; i++) {
      for (let j = 0; j < separators.length; j++) {
        if (!isOne("remote" + separators[j] + names[i])) throw new Error(separators[j] + names[i]);
        if (!isOne("ReMoTe" + separators[j] + names[i])) throw new Error(separators[j] + names[i]);
      }
    }
  });

  test("is no other header", () => {
    const names: string[] = [
      "",
      "remote",
      "remote-",
      "remote-use",
      "remote-users",
      "remote-userx",
      "xremote-user",
      "remoteuser",
      "remotexuser",
      "remote-group",
      "remote-addr",
      "remote-mail",
      "remote-emails",
      "remote-names",
      "remote--user",
      "remote-role",
      "x-remote-user",
      "remotX-user",
      "cookie",
      "remote0user",
      "remoteZuser",
    ];
    for (let i = 0; i < names.length; i++) {
      if (isOne(names[i])) throw new Error(names[i]);
    }
  });
});
