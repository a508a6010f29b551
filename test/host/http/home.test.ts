// The start page: the applications that somebody may open, and no others.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";
import { logIn, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";
import { pictures } from "../support/pictures.ts";

interface Shown {
  readonly name: string;
  readonly url: string;
  readonly note?: string;
}

/** What the start page lists for somebody. */
async function listFor(
  host: TestHost,
  username: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Shown[]> {
  const cookie = await logIn(host, username);
  const { body } = await host.get("/", { cookie, ...headers });
  return [...body.matchAll(/<li><a href="([^"]*)">(.*?)<\/a><\/li>/gs)].map(([, url, inside]) => {
    const note = /<small>([^<]*)<\/small><\/span>$/.exec(inside!)?.[1];
    return { name: /<bdi>([^<]*)<\/bdi>/.exec(inside!)![1]!, url: url!, ...(note !== undefined && { note }) };
  });
}

const names = (shown: readonly Shown[]) => shown.map(({ name }) => name);

/** The config with other rules, and more of it. */
function configured(rules: string, more = ""): string {
  return `${configText.slice(0, configText.indexOf("access_control:"))}${more}
access_control:
  default_policy: deny
  rules:
${rules}`;
}

describe("the start page", () => {
  test("lists what the policy names and lets this person open, and says where a second factor comes first", async () => {
    const host = await startHost();
    expect(await listFor(host, "alice")).toEqual([
      { name: "admin.example.com", url: "https://admin.example.com/", note: "Asks for a second factor first" },
      { name: "app.example.com", url: "https://app.example.com/" },
      { name: "dev.example.com", url: "https://dev.example.com/" },
      { name: "public.example.com", url: "https://public.example.com/" },
    ]);
    expect(names(await listFor(host, "bob"))).toEqual(["app.example.com", "public.example.com"]);
  });

  test("makes hosts of {user} and {group}, and leaves out what it cannot know or follow", async () => {
    const host = await startHost({
      text: configured(`
    - { domain: ["{user}.home.example.com", "{group}.team.example.com"], policy: one_factor }
    - { domain: "*.wild.example.com", policy: one_factor }
    - { domain_regex: '^re\\.example\\.com$', policy: one_factor }
    - { domain: [auth.example.com, elsewhere.org, example.com], policy: one_factor }
    - { domain: barred.example.com, policy: deny }
    - { domain: partly.example.com, resources: ^/open, policy: one_factor }
    - { domain: posts.example.com, methods: POST, policy: one_factor }
`),
    });
    expect(names(await listFor(host, "alice"))).toEqual([
      "admins.team.example.com",
      "alice.home.example.com",
      "dev.team.example.com",
      "example.com",
    ]);
    expect(names(await listFor(host, "bob"))).toEqual(["bob.home.example.com", "example.com"]);
  });

  test("asks the policy with the visitor's address", async () => {
    const host = await startHost({
      text: configured("    - { domain: office.example.com, networks: 192.0.2.0/24, policy: one_factor }\n"),
    });
    expect(names(await listFor(host, "bob", { "x-forwarded-for": "192.0.2.1" }))).toEqual(["office.example.com"]);
    const cookie = await logIn(host, "bob");
    const { body } = await host.get("/", { cookie, "x-forwarded-for": "203.0.113.1" });
    expect(body).toContain("You are logged in");
    expect(body).not.toContain("office.example.com");
  });

  test("names what the operator has named, sorted, and only to whom the policy lets in", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "wiki.png"), pictures.png);
    const portal = `
portal:
  applications:
    - { name: Wiki, url: https://app.example.com/wiki/, icon: wiki.png }
    - { name: "Ärzte & <b>Co</b>", url: https://x.wild.example.com/ }
    - { name: Zimmer 10, url: https://r10.wild.example.com/ }
    - { name: Zimmer 9, url: https://r9.wild.example.com/ }
    - { name: Admin, url: https://admin.example.com/ }
    - { name: Nobody's, url: https://barred.example.com/ }
`;
    const text = configured(
      `
    - { domain: app.example.com, resources: ^/wiki/, policy: one_factor }
    - { domain: "*.wild.example.com", policy: one_factor }
    - { domain: admin.example.com, subject: "group:admins", policy: one_factor }
`,
      portal,
    );
    const host = await startHost({ folder, text });
    expect(await listFor(host, "alice")).toEqual([
      { name: "Admin", url: "https://admin.example.com/" },
      { name: "Ärzte &amp; &lt;b&gt;Co&lt;/b&gt;", url: "https://x.wild.example.com/" },
      { name: "Wiki", url: "https://app.example.com/wiki/" },
      { name: "Zimmer 9", url: "https://r9.wild.example.com/" },
      { name: "Zimmer 10", url: "https://r10.wild.example.com/" },
    ]);
    expect(names(await listFor(host, "bob"))).not.toContain("Admin");
    const { body } = await host.get("/", { cookie: await logIn(host, "bob") });
    const icon = /<img class="sign" src="(\/assets\/icon\.[0-9a-f]{16}\.png)"/.exec(body)![1]!;
    expect((await host.get(icon)).headers["content-type"]).toBe("image/png");
  });

  test("links to the port that the portal has", async () => {
    const host = await startHost({
      text: configText.replace("https://auth.example.com", "https://auth.example.com:8443"),
    });
    const answer = await host.get("/", { host: "auth.example.com:8443", cookie: await logIn(host, "bob") });
    expect(answer.body).toContain('href="https://app.example.com:8443/"');
  });

  test("follows the policy while the host runs", async () => {
    const host = await startHost();
    expect(names(await listFor(host, "bob"))).toContain("app.example.com");
    writeFileSync(host.file, configText.replace("domain: app.example.com", "domain: new.example.com"));
    await expect.poll(async () => names(await listFor(host, "bob"))).toContain("new.example.com");
    expect(names(await listFor(host, "bob"))).not.toContain("app.example.com");
  });

  test("is made soon, however many hosts the policy names, and lists a bounded number", async () => {
    const rules = Array.from(
      { length: 5000 },
      (_, index) => `    - { domain: h${index}.example.com, policy: one_factor }`,
    );
    const host = await startHost({ text: configured(rules.join("\n")) });
    const cookie = await logIn(host, "bob");
    await host.get("/", { cookie });
    const start = cpuTime();
    const { body } = await host.get("/", { cookie });
    expect(cpuTime() - start).toBeLessThan(500);
    expect(body.match(/<li><a /g)).toHaveLength(300);
  });
});
