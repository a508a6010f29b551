import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { request } from "../../../../assembly/core/current";
import { splitUrl } from "../../../../assembly/core/url/absolute";
import { resetArena } from "../../../../assembly/memory/arena";
import { bytesAt, length, placeBytes } from "../../memory/placed";

/** The parts with a blank between. */
function split(url: string): string {
  const at = placeBytes(url);
  if (!splitUrl(at, length, request)) return "refused";
  const scheme = bytesAt(request.schemeAt, request.schemeLength);
  return (
    scheme +
    " " +
    bytesAt(request.authorityAt, request.authorityLength) +
    " " +
    bytesAt(request.pathAt, request.pathLength)
  );
}

describe("an absolute URL", () => {
  beforeEach(() => {
    resetArena();
  });

  test("is split into scheme, authority and target", () => {
    expect(split("https://example.com/a/b?c=d")).toBe("https example.com /a/b?c=d");
    expect(split("HTTPS://Example.com:8443/")).toBe("https Example.com:8443 /");
    expect(split("wss://u@h/?x")).toBe("wss u@h /?x");
  });

  test("gets a slash for a path where it has none", () => {
    expect(split("https://example.com")).toBe("https example.com /");
    expect(split("https://example.com?a=b/c")).toBe("https example.com /?a=b/c");
  });

  test("has an authority that ends at a slash, a backslash, a query or a fragment", () => {
    expect(split("https://example.com\\@evil.com/")).toBe("https example.com \\@evil.com/");
    expect(split("https://example.com#@evil.com/")).toBe("https example.com #@evil.com/");
    expect(split("https://")).toBe("https  /");
    expect(split("https:///x")).toBe("https  /x");
  });

  test("needs a scheme and two slashes", () => {
    const urls: string[] = [
      "",
      ":",
      "://",
      "https",
      "https:",
      "https:/",
      "https:example.com",
      "//example.com/",
      "/a:b",
    ];
    for (let i = 0; i < urls.length; i++) expect(split(urls[i])).toBe("refused");
  });
});
