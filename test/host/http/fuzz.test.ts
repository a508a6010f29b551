// Every route of the JSON API is given bodies, parameters and headers of all kinds. Whatever comes, the answer is one that
// docs/openapi.yaml describes (each `ask` makes sure of that), is no 500, and tells nothing of what is inside.
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import { type Answer, ask, logIn, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { operations } from "../../../workshop/host/openapi.ts";

/** Names that the API's bodies use, so that values get deep enough to be looked at. */
const names = [
  ...["username", "password", "keepMeLoggedIn", "targetURL", "next", "token", "description", "response", "id", "rawId"],
  ...["type", "clientDataJSON", "authenticatorData", "attestationObject", "signature", "userHandle", "transports"],
  ...[
    "clientExtensionResults",
    "address",
    "currentPassword",
    "newPassword",
    "code",
    "language",
    "__proto__",
    "constructor",
  ],
];

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", "alice", "demo", "123456", "public-key", "https://app.example.com/", "/account", "\0", "\ud800"),
  fc.base64String({ maxLength: 64 }).map((encoded) => encoded.replace(/[+/=]/g, "-")),
);
const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...names), text), tie("value"), { maxKeys: 8 }),
  ),
}));

/** A body of the right form with one thing after another wrong. */
const credential = fc.record(
  {
    id: leaf,
    rawId: leaf,
    type: fc.constantFrom("public-key", "x"),
    clientExtensionResults: value,
    response: fc.record(
      {
        ...{ clientDataJSON: text, authenticatorData: text, signature: text, attestationObject: text },
        ...{ userHandle: leaf, transports: fc.array(leaf, { maxLength: 3 }) },
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const nearly = fc.record(
  {
    ...{ username: text, password: text, token: text, description: text, targetURL: leaf, next: leaf },
    ...{ keepMeLoggedIn: leaf, response: fc.oneof(credential, value) },
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  fc.oneof(nearly, value).map((json) => Buffer.from(JSON.stringify(json))),
  fc.oneof(nearly, value).map((json) => Buffer.from(JSON.stringify(json).slice(0, -1))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

const type = fc.oneof(
  { weight: 8, arbitrary: fc.constant("application/json") },
  { weight: 1, arbitrary: fc.constantFrom("", "text/plain", "application/json; charset=x", "APPLICATION/JSON", ";") },
);

const headers = fc.record(
  {
    accept: fc.constantFrom("*/*", "text/html", "application/json", ";;;"),
    "accept-language": fc.constantFrom("de", "zz;q=9", "*", ";q=", "en;q=0.5,,,"),
    origin: fc.constantFrom("https://auth.example.com", "null", "https://evil.com"),
    "x-forwarded-for": fc.constantFrom("203.0.113.9", "::1, x", "999.1.1.1", ","),
    "x-forwarded-proto": fc.constantFrom("https", "gopher"),
    "user-agent": fc.string({
      unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code === 0x7f ? 0x41 : code)),
      maxLength: 600,
    }),
  },
  { requiredKeys: [] },
);

const parameter = fc.oneof(
  fc.constantFrom("x", "%00", "%2e%2e", "%ff", "..%2f", "'", "%", "a".repeat(600)),
  text.filter((id) => id.isWellFormed() && id !== "" && id !== "." && id !== "..").map(encodeURIComponent),
);

const changing = operations.filter((operation) => !operation.startsWith("GET "));

describe("every route of the JSON API", () => {
  let host: TestHost;
  let cookie: string;
  beforeEach(async () => {
    host = await startHost({
      text: configText.replace("access_control:", "regulation: { max_retries: 0 }\naccess_control:"),
    });
    cookie = await logIn(host);
  });

  function judge(operation: string, { status, headers: sent, body: answer }: Answer): void {
    expect(status, `${operation}: ${answer}`).not.toBe(500);
    expect(answer, operation).not.toMatch(/\.ts\b|node:|\bat .+:\d+:\d+|ZodError|SQLITE|\[object /);
    const json = String(sent["content-type"]).startsWith("application/json");
    if (status >= 400 && json) expect(JSON.parse(answer)).toMatchObject({ status: "KO" });
  }

  test.each(changing)("%s answers whatever body it gets", async (operation) => {
    const [method = "", template = ""] = operation.split(" ");
    const property = fc.asyncProperty(
      body,
      type,
      headers,
      parameter,
      fc.boolean(),
      async (sent, media, more, id, known) => {
        const target = template.replace(/\{\w+\}/, id);
        // Somebody who logs out would be nobody from then on.
        const session = known && template !== "/api/logout" ? { cookie } : {};
        const all = { "content-type": media, ...more, ...session };
        judge(operation, await ask(host.url + target, { method, headers: all, body: sent }));
      },
    );
    await fc.assert(property, { numRuns: 60 });
    expect((await host.get("/api/health")).status).toBe(200);
    expect(host.log.filter(({ msg }) => msg === "request failed")).toEqual([]);
  });

  test("GET answers whatever parameters and headers it gets", async () => {
    const reading = operations.filter((operation) => operation.startsWith("GET "));
    const property = fc.asyncProperty(
      fc.constantFrom(...reading),
      headers,
      parameter,
      fc.boolean(),
      async (operation, more, id, known) => {
        const target = `${operation.slice(4).replace(/\{\w+\}/, id)}?rd=${id}&rm=${id}&next=${id}`;
        judge(operation, await ask(host.url + target, { headers: { ...more, ...(known && { cookie }) } }));
      },
    );
    await fc.assert(property, { numRuns: 200 });
    expect(host.log.filter(({ msg }) => msg === "request failed")).toEqual([]);
  });
});
