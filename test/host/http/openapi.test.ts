import { expect, test } from "vitest";
import { jsonBodies } from "../../../host/http/body.ts";
import { logIn, startHost } from "../../../workshop/host/in-process.ts";
import { deviation, operations, requestBodyOf } from "../../../workshop/host/openapi.ts";

test("docs/openapi.yaml describes each route of the portal's API, and no other", async () => {
  const { routes } = await startHost();
  // Gates have a contract of their own (docs/architecture.md).
  const api = routes
    .filter((route) => / \/api\/(?!edge\/)/.test(route))
    .map((route) => route.replace(/:(\w+)/g, "{$1}"));
  expect(api.length).toBeGreaterThan(20);
  expect([...operations].sort()).toEqual(api.sort());
});

test("an answer that is not as described is noticed in every test of the host", async () => {
  const host = await startHost();
  const { status, headers, body } = await host.get("/api/user/info", { cookie: await logIn(host) });
  const changed = (change: object) => JSON.stringify({ status: "OK", data: { ...JSON.parse(body).data, ...change } });
  const of = (text: string, code = status) => deviation("GET", "/api/user/info", { status: code, headers, body: text });
  expect(of(body)).toBeUndefined();
  expect(of(changed({ has_totp: "no" }))).toMatch(/has_totp must be boolean/);
  expect(of(changed({ password: "x" }))).toMatch(/must NOT have additional properties/);
  expect(of(body, 503)).toMatch(/must have required property .message./);
  expect(deviation("POST", "/api/firstfactor", { status: 429, headers, body })).toMatch(/no Retry-After/);
});

test("an operation that is described with a body refuses one of another shape, and no other operation takes one", async () => {
  const host = await startHost();
  const cookie = await logIn(host);
  const withBody = new Map(jsonBodies.flatMap(({ operations, schema }) => operations.map((one) => [one, schema])));
  expect([...withBody.keys()].sort()).toEqual(operations.filter((one) => requestBodyOf(one) !== undefined).sort());
  for (const [operation, schema] of withBody) {
    const [method, path = ""] = operation.split(" ");
    const [property = ""] = Object.keys(schema.shape);
    const send = method === "PUT" ? host.putJson : host.postJson;
    const { status, body } = await send(path.replace("{id}", "id"), { [property]: [5] }, { cookie });
    expect([operation, status, body]).toEqual([operation, 400, expect.stringContaining(`wrong at \\"${property}`)]);
  }
});
