import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { Header, headerNamed } from "../../../../assembly/core/headers/request-header";
import { length, placeBytes } from "../../memory/placed";

function named(name: string): Header {
  const at = placeBytes(name);
  return headerNamed(at, length);
}

describe("a request's header", () => {
  test("is known by its name", () => {
    // In the order of `Header`.
    const names: string[] = [":method", ":scheme", ":authority", ":path", "accept", "authorization"];
    names.push("proxy-authorization");
    names.push("user-agent");
    names.push("content-type");
    names.push("referer");
    names.push("sec-fetch-mode");
    names.push("sec-fetch-dest");
    names.push(":protocol");
    names.push("cookie");
    names.push("x-requested-with");
    names.push("sec-purpose");
    names.push("x-forwarded-for");
    names.push("upgrade");
    names.push("http2-settings");
    for (let i = 0; i < names.length; i++) {
      if (named(names[i]) != <Header>(Header.Method + i)) throw new Error(names[i]);
    }
  });

  test("of another name is none of the gate's business", () => {
    const names: string[] = [
      "",
      ":status",
      "cookie2",
      "accepts",
      "x-forwarded",
      "x-forwarded-foo",
      // These end and are as long as names that are known.
      "xookie",
      ":patch",
      "user-aggnt",
      "x",
      "proxy-authenticate",
    ];
    for (let i = 0; i < names.length; i++) {
      if (named(names[i]) != Header.Other) throw new Error(names[i]);
    }
  });

  test("that tells who is asking, or could be read as one that tells of the way here, is forbidden", () => {
    expect(named("remote-user")).toBe(Header.Forbidden);
    expect(named("remote.groups")).toBe(Header.Forbidden);
    expect(named("remote_email")).toBe(Header.Forbidden);
    expect(named("x.forwarded.for")).toBe(Header.Forbidden);
    expect(named("x_real_ip")).toBe(Header.Forbidden);
  });
});
