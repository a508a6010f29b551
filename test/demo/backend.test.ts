// The demo's application.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Backend, startBackend } from "../../workshop/backends/application.ts";

let backend: Backend;
let origin: string;

beforeAll(async () => {
  backend = await startBackend(0);
  origin = `127.0.0.1:${backend.port}`;
});
afterAll(() => backend.close());

test("shows a program the request as JSON", async () => {
  const response = await fetch(`http://${origin}/a?b`, { method: "PUT", headers: { "x-custom": "c" } });
  expect(await response.json()).toMatchObject({ method: "PUT", url: "/a?b", headers: { "x-custom": "c" } });
});

test("shows a browser the request as a page, with every value escaped", async () => {
  const headers = { accept: "text/html", "remote-user": "<b>&", "x-custom": '"><script>' };
  const page = await (await fetch(`http://${origin}/`, { headers })).text();
  expect(page).toContain("Hello, &lt;b&gt;&amp;");
  expect(page).not.toContain("<script>");
});

test("sends every WebSocket message back, however long, and closes when asked", async () => {
  const socket = new WebSocket(`ws://${origin}/`);
  await event(socket, "open");
  for (const message of ["", "hello", "é".repeat(100), "x".repeat(70_000)]) {
    socket.send(message);
    expect((await event<MessageEvent>(socket, "message")).data).toBe(message);
  }
  socket.close(1000, "done");
  expect(await event(socket, "close")).toMatchObject({ code: 1000, reason: "done", wasClean: true });
});

function event<Kind extends Event>(socket: WebSocket, name: string): Promise<Kind> {
  return new Promise((resolve, reject) => {
    socket.addEventListener(name, (happened) => resolve(happened as Kind), { once: true });
    socket.addEventListener("error", () => reject(new Error("refused")), { once: true });
  });
}
