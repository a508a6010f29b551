import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { readHost } from "../../../../assembly/core/url/host";
import { resetArena } from "../../../../assembly/memory/arena";
import { Slice } from "../../../../assembly/memory/slice";
import { bytesAt, length, placeBytes } from "../../memory/placed";

const host: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const REFUSED = "refused";

function read(authority: string): string {
  const at = placeBytes(authority);
  return readHost(at, length, host) ? bytesAt(host.at, host.length) : REFUSED;
}

function expectRefused(authorities: string[]): void {
  for (let i = 0; i < authorities.length; i++) {
    if (read(authorities[i]) != REFUSED) throw new Error(authorities[i] + " is read as " + read(authorities[i]));
  }
}

describe("the host of an authority", () => {
  beforeEach(() => {
    resetArena();
  });

  test("is in lower case and without its port", () => {
    expect(read("App.Example.COM:8443")).toBe("app.example.com");
    expect(read("localhost")).toBe("localhost");
    expect(read("xn--bcher-kva.example:65535")).toBe("xn--bcher-kva.example");
    expect(read("a_b.example.com:0443")).toBe("a_b.example.com");
    expect(read("192.0.2.1:80")).toBe("192.0.2.1");
  });

  test("may be a bracketed IPv6 literal", () => {
    expect(read("[2001:DB8::1]:443")).toBe("[2001:db8::1]");
    expect(read("[::ffff:192.0.2.1]")).toBe("[::ffff:192.0.2.1]");
    expectRefused(["[]", "[", "[::1", "[::1]x", "[::1]:", "[::1%25eth0]", "[::g]", "::1", "[]:443"]);
  });

  test("has no trailing dot and no empty label", () => {
    expectRefused(["", ".", "example.com.", "example.com.:443", ".example.com", "a..b", ":443"]);
  });

  test("has no user info, path, space or escape in it", () => {
    expectRefused([
      "user@example.com",
      "a@b:c@d",
      "example.com/",
      "example.com?",
      "a b",
      "a%2eb",
      "a\\b",
      "a,b",
      "*.a.com",
    ]);
    expectRefused(["a\0.com", "a\r\nb", " example.com", "example.com ", "b\xfccher.example", "a\x7f"]);
  });

  test("has a port that is a number up to 65535", () => {
    expectRefused([
      "a.com:",
      "a.com:65536",
      "a.com:99999",
      "a.com:-1",
      "a.com:+1",
      "a.com:8o",
      "a.com:443:443",
      "a.com:000443",
    ]);
  });

  test("has labels of up to 63 and 253 characters in all", () => {
    const label = "a".repeat(63);
    const longest = label + "." + label + "." + label + "." + "a".repeat(61);
    expect(read(longest)).toBe(longest);
    expect(read(longest + ":65535")).toBe(longest);
    expectRefused([label + "a", longest + "a", "a.".repeat(200) + "a"]);
  });
});
