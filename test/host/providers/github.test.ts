// GitHub's plain OAuth 2.0, by a stand-in for a GitHub Enterprise Server: what it answers is as its documentation has it.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { tlsFiles } from "../../../workshop/certificates/tls-files.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { movableClock, payloadOf, startHost } from "../../../workshop/host/in-process.ts";
import { freePort } from "../../../workshop/processes/ports.ts";
import { mint, renew } from "../support/edge.ts";
import { Browser, configWith, portal } from "../support/sign-in.ts";

/** Somebody who is logged in at GitHub and has let the portal in before: it answers without a page. */
async function gitHub() {
  const files = await tlsFiles(temporaryFolder(), "localhost");
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const state = { login: "octocat", teams: ["ops"], isLetIn: true, verifier: "" };
  const api: Readonly<Record<string, () => unknown>> = {
    "/api/v3/user": () => ({ id: 583231, login: state.login, name: "The Octocat", email: "shown@example.com" }),
    "/api/v3/user/emails": () => [
      { email: "other@example.com", primary: false, verified: true },
      { email: "octocat@example.com", primary: true, verified: true },
    ],
    "/api/v3/user/orgs": () => [{ login: "acme" }],
    "/api/v3/user/teams": () => state.teams.map((slug) => ({ slug, organization: { login: "acme" } })),
  };
  const server = createServer(
    { cert: readFileSync(files.certificate), key: readFileSync(files.key) },
    async (request, response) => {
      const url = new URL(request.url!, origin);
      const json = (value: unknown, status = 200) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (url.pathname === "/login/oauth/authorize") {
        const back = new URL(url.searchParams.get("redirect_uri")!);
        back.search = new URLSearchParams({ code: "the code", state: url.searchParams.get("state")! }).toString();
        response.writeHead(302, { location: back.href }).end();
      } else if (url.pathname === "/login/oauth/access_token") {
        const body = new URLSearchParams(await text(request));
        state.verifier = body.get("code_verifier") ?? "";
        // GitHub tells of errors with 200.
        if (body.get("code") !== "the code" || body.get("client_secret") !== "secret")
          json({ error: "bad_verification_code" });
        else json({ access_token: "gho_1", token_type: "bearer", scope: "read:org,read:user,user:email" });
      } else if (!state.isLetIn || request.headers.authorization !== "Bearer gho_1")
        json({ message: "Bad credentials" }, 401);
      else json(api[url.pathname]?.() ?? { message: "Not Found" }, api[url.pathname] ? 200 : 404);
    },
  );
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { origin, authorityFile: files.authority, state };
}

async function start(more = "", secret = "secret") {
  const github = await gitHub();
  const time = movableClock(Math.floor(Date.now() / 1000));
  const keys = `    - { id: github, name: GitHub, preset: github, issuer: "${github.origin}", client_id: zerohop, client_secret: ${secret}, networks: [127.0.0.1, "::1"], ca_file: ${github.authorityFile}, refresh_interval: 1m ${more} }\n`;
  const host = await startHost({ text: configWith(keys), clock: time.clock });
  return { github, host, browser: new Browser(host, github), ...time };
}

test("somebody signs in with GitHub: by the number of the account, the verified address, and the teams as groups", async () => {
  const { github, host, browser } = await start();
  await browser.follow(`${portal}/login/provider/github`);
  expect(payloadOf(browser.cookies())).toMatchObject({
    ...{ sub: "octocat@github", name: "The Octocat", email: "octocat@example.com" },
    groups: ["acme/ops", "source:github"],
  });
  expect(github.state.verifier).toMatch(/^[\w-]{43}$/);
  expect((await browser.get(`${portal}/account`)).body).toContain("GitHub does not tell when you logged in there");
  github.state.login = "renamed";
  const again = new Browser(host, github);
  await again.follow(`${portal}/login/provider/github`);
  expect(payloadOf(again.cookies()).sub).toBe("octocat@github");
});

test("teams are followed at renewals, and the session ends when GitHub takes the portal's access away", async () => {
  const { github, host, browser, advance } = await start();
  await browser.follow(`${portal}/login/provider/github`);
  const token = await mint(host);
  github.state.teams = ["dev"];
  advance(65);
  const renewed = await renew(host, token, browser.cookies());
  expect(payloadOf(renewed.headers["set-cookie"]![0]!.split(";")[0]!).groups).toEqual(["acme/dev", "source:github"]);
  github.state.isLetIn = false;
  advance(65);
  expect((await renew(host, token, renewed.headers["set-cookie"]![0]!.split(";")[0]!)).status).toBe(410);
});

test("whoever is in none of the allowed teams is not let in, and a code that GitHub does not take is refused", async () => {
  const { browser } = await start(", allow: { groups: [acme/admins] }");
  expect((await browser.follow(`${portal}/login/provider/github`)).answer!.status).toBe(403);
  const wrong = await start("", "another");
  expect((await wrong.browser.follow(`${portal}/login/provider/github`)).answer!.status).toBe(403);
});
