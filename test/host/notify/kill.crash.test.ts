// A real host is killed with a mail on its hands.
import { expect, test, vi } from "vitest";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { ask, cookieOf } from "../../../workshop/host/in-process.ts";
import { serve } from "../../../workshop/host/serve.ts";
import { startMailServer } from "../../../workshop/servers/mail-server.ts";
import { codeIn } from "../support/mails.ts";

test("a host that is killed with -9 while the mail server is down sends the promised code when both are back, and it is good", async () => {
  const server = await startMailServer();
  const text = `${configText}
notifier:
  smtp:
    address: submission://127.0.0.1:${server.port}
    username: zerohop@mail.test
    password: "the mail server's password"
    sender: zerohop@mail.test
    timeout: 20s
    tls: { ca_file: ${server.authorityFile}, server_name: mail.test }
`;
  const config = await writeConfig(temporaryFolder(), text);
  const first = await serve(config);
  await server.stop();
  const json = (url: string, method: string, body: object, cookie = "") =>
    ask(url, { method, headers: { "content-type": "application/json", cookie }, body: JSON.stringify(body) });
  const cookie = cookieOf(
    await json(`${first.url}/api/firstfactor`, "POST", { username: "alice", password: "demo", keepMeLoggedIn: true }),
  );
  const promised = await json(`${first.url}/api/user/session/elevation`, "POST", {}, cookie);
  expect(promised.status).toBe(200);
  await first.end("SIGKILL");
  await server.start();
  const second = await serve(config);
  // What the first host was at when it was killed is not touched for 45 s.
  const mail = await vi.waitFor(
    () => {
      const found = server.received.find(({ bodies }) => bodies["text/plain"]?.startsWith("Your one-time code"));
      expect(found).toBeDefined();
      return found!;
    },
    { timeout: 70_000, interval: 100 },
  );
  const otc = codeIn({ to: "", subject: "", text: mail.bodies["text/plain"]!.replaceAll("\r\n", "\n") });
  expect((await json(`${second.url}/api/user/session/elevation`, "PUT", { otc }, cookie)).status).toBe(200);
  const ids = server.received.map(({ headers }) => new Map(headers).get("message-id"));
  expect(new Set(ids).size).toBe(ids.length);
}, 120_000);
