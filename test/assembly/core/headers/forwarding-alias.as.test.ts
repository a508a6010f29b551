import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { isForwardingAlias } from "../../../../assembly/core/headers/forwarding-alias";
import { length, placeBytes } from "../../memory/placed";

function isOne(name: string): bool {
  const at = placeBytes(name);
  return isForwardingAlias(at, length);
}

describe("an alias of a header that tells about host, path and client", () => {
  test("is known by any separator that is no hyphen", () => {
    const separators: string[] = ["_", ".", " ", "~", "!", "|", "\xff", "\0"];
    for (let i = 0; i < separators.length; i++) {
      const s = separators[i];
      const names: string[] = [
        "x" + s + "forwarded" + s + "for",
        "x-forwarded" + s + "for",
        "x" + s + "forwarded-host",
        "X-Forwarded-Preferred" + s + "Username",
        "x" + s + "original" + s + "url",
        "x-original" + s + "uri",
        "X" + s + "REAL-IP",
        "x-real" + s + "ip",
        "x" + s + "rewrite-url",
      ];
      for (let j = 0; j < names.length; j++) if (!isOne(names[j])) throw new Error(names[j]);
    }
  });

  test("is neither the name itself nor any other header", () => {
    const names: string[] = [
      "",
      "x",
      "x-forwarded-for",
      "X-Forwarded-Proto",
      "x-original-url",
      "x-real-ip",
      "x-rewrite-url",
      "x_forwarded",
      "x.forwardedfor",
      "xx.forwarded.for",
      "x1forwarded.for",
      "x.forwarded1for",
      "x.forwarder.for",
      "x.request.id",
      "x_requested_with",
      "x.realm.a",
      "y.forwarded.for",
      "remote.user",
      "forwarded",
    ];
    for (let j = 0; j < names.length; j++) if (isOne(names[j])) throw new Error(names[j]);
    expect(isOne("x.forwarded.for")).toBe(true);
  });
});
