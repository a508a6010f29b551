// What a connection carries: requests behind a refused one, the body of a refused one, and what follows a refused WebSocket. The
// worker here frames answers as ngx_wasm_module does: Content-Length by the body and the line end that it adds, the request's own body
// thrown away.
import { expect, test } from "vitest";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import { serveConnection } from "../../../workshop/gate/proxy-wasm/nginx/nginx-connection.ts";
import type { NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import { NOW, sessionCookie, token } from "../gate.ts";
import { questions, setTime, startGate, startPolling } from "./gate.ts";

const get = (host: string, more = "") => `GET / HTTP/1.1\r\nHost: ${host}.example.com\r\n${more}\r\n`;
const post = (host: string, body: string, more = "") =>
  `POST / HTTP/1.1\r\nHost: ${host}.example.com\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
const cookie = (value: string) => `Cookie: ${sessionCookie(value)[1]}\r\n`;
const websocket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n";

/** The answers on a connection, told apart by their own framing as a client does. Throws where that leaves bytes over. */
function answersIn(bytes: string): { status: number; headers: Header[]; body: string }[] {
  const answers = [];
  for (let rest = bytes; rest !== ""; ) {
    const [, head, status] = /^(HTTP\/1\.1 (\d{3}) .*?)\r\n\r\n/s.exec(rest) ?? [];
    if (head === undefined) throw new Error(`no answer begins with ${rest.slice(0, 40)}`);
    const lines = head.split("\r\n").slice(1);
    const headers = lines.map(
      (line): Header => [line.split(": ")[0]!.toLowerCase(), line.slice(line.indexOf(": ") + 2)],
    );
    const lengths = headers.filter(([name]) => name === "content-length");
    expect(lengths).toHaveLength(1);
    const from = head.length + 4;
    const body = rest.slice(from, from + Number(lengths[0]![1]));
    answers.push({ status: Number(status), headers, body });
    rest = rest.slice(from + Number(lengths[0]![1]));
  }
  return answers;
}

const statuses = (nginx: NginxProcess, bytes: string) =>
  answersIn(serveConnection(nginx, bytes)).map(({ status }) => status);

test("requests behind a refused one are answered in their order, each by its own decision", () => {
  const nginx = startGate();
  const pipeline = [get("app"), get("public"), get("closed"), get("app", cookie(token())), get("auth")];
  expect(statuses(nginx, pipeline.join(""))).toEqual([401, 200, 403, 200, 200]);
  expect(nginx.traps).toEqual([]);
});

test("the body of a refused request is no request, whatever it looks like", () => {
  const smuggled = get("public", "X-Smuggled: 1\r\n");
  const seen = serveConnection(startGate(), post("app", smuggled) + get("closed"));
  expect(answersIn(seen).map(({ status }) => status)).toEqual([401, 403]);
});

test("an answer says nothing of its length, its connection or an upgrade by itself: nginx does", () => {
  const nginx = startGate();
  const accept = "Accept: text/html\r\n";
  for (const request of [
    get("app"),
    get("app", accept),
    get("closed", accept),
    get("app", websocket),
    get("nowhere.x"),
  ]) {
    const [{ headers, body, status }] = answersIn(serveConnection(nginx, request)) as [
      ReturnType<typeof answersIn>[number],
    ];
    expect(status).not.toBe(200);
    expect(body.endsWith("\n")).toBe(true);
    const names = headers.map(([name]) => name);
    for (const name of ["transfer-encoding", "connection", "upgrade", "trailer", "keep-alive"])
      expect(names).not.toContain(name);
    expect(new Set(names).size).toBe(names.length);
  }
});

test("a refused WebSocket leaves its connection for requests, and gets no bytes through", () => {
  const nginx = startGate();
  expect(statuses(nginx, get("app", websocket) + get("closed") + get("public"))).toEqual([401, 403, 200]);
  const frames = "\x81\x85frames";
  const seen = serveConnection(nginx, get("closed", websocket) + frames);
  // What is no request ends the connection.
  expect(answersIn(seen).map(({ status }) => status)).toEqual([403, 400]);
});

test("a WebSocket that is let through is one: what follows is the application's", () => {
  const seen = serveConnection(startGate(), get("app", websocket + cookie(token())) + get("closed"));
  expect(seen).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\n$/s);
});

test("requests behind one that waits for the host are decided after it, with its refusal whole before them", () => {
  const nginx = startPolling({ outage_grace: 900 });
  setTime(nginx, NOW + 61);
  const ended = cookie(token({ sid: "one" }));
  const answers = serveConnection(nginx, get("app", ended) + post("app", get("public"), ended) + get("public"), () =>
    questions(nginx)[0]!.respond(410),
  );
  expect(answersIn(answers).map(({ status }) => status)).toEqual([401, 401, 200]);
});
