import { validateHeaderValue } from "node:http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identityHeaders } from "../../../../host/gates/forward-auth/identity.ts";

const decoded = (value: string) => Buffer.from(value, "latin1").toString();

/** The headers by name; a name that comes twice fails. */
function headersOf(groups: readonly string[], displayName?: string, email?: string): Map<string, string> {
  const lines = identityHeaders({ name: "alice", groups, displayName, email, level: 1, amr: [], authTime: 0 });
  const headers = new Map<string, string>();
  for (let at = 0; at < lines.length; at += 2) {
    expect(headers.has(lines[at]!)).toBe(false);
    headers.set(lines[at]!, lines[at + 1]!);
  }
  return headers;
}

/** Whatever a directory may hold, with more than its share of what separates headers and groups. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("\r", "\n", "\r\nRemote-User: root", ",", " ", "\0", "\x7f", "ü", "名", "😀"),
      fc.string(),
    ),
  )
  .map((parts) => parts.join(""))
  .filter((whole) => whole.isWellFormed());

describe("the identity in a forward-auth answer", () => {
  test("is always the same four headers, empty or not, which can be sent whatever a directory holds", () => {
    fc.assert(
      fc.property(fc.array(text), text, text, (groups, displayName, email) => {
        const headers = headersOf(groups, displayName, email);
        expect([...headers.keys()]).toEqual(["Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email"]);
        for (const [name, value] of headers) expect(() => validateHeaderValue(name, value)).not.toThrow();
        expect(headers.get("Remote-User")).toBe("alice");
      }),
    );
  });

  test("tells no group that the user does not have, however a backend reads the list", () => {
    fc.assert(
      fc.property(fc.array(text), (groups) => {
        const list = decoded(headersOf(groups).get("Remote-Groups") ?? "");
        for (const told of list === "" ? [] : list.split(",")) expect(groups).toContain(told.trim());
      }),
    );
    expect(decoded(headersOf(["dev", "x,admins", " admins", "größe"]).get("Remote-Groups")!)).toBe("dev,größe");
  });
});
