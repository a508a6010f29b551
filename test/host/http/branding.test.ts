// As whose the portal shows itself.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";
import { logIn, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { pictures, scriptedSvg } from "../support/pictures.ts";

function branded(portal: string, files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<TestHost> {
  const folder = temporaryFolder();
  for (const [name, body] of Object.entries(files)) writeFileSync(join(folder, name), body);
  return startHost({ folder, text: `${configText}\nportal: ${portal}\n` });
}

describe("the operator's branding", () => {
  test("is Zerohop's name and mark by default", async () => {
    const { body } = await (await startHost()).get("/");
    expect(body).toContain("Log in \u00B7 Zerohop</title>");
    expect(body).toContain('<svg class="mark"');
    expect(body).toContain("<span>Zerohop</span>");
  });

  test("puts the operator's name into the title and the head of every page, and into what apps and browsers keep", async () => {
    const host = await branded("{ name: 'Müller & Söhne <GmbH>' }");
    const { body } = await host.get("/");
    expect(body).toContain("Log in \u00B7 Müller &amp; Söhne &lt;GmbH&gt;</title>");
    expect(body).toContain("<span>Müller &amp; Söhne &lt;GmbH&gt;</span>");
    const missing = await host.get("/nothing", { accept: "text/html" });
    expect(missing.body).toContain("Müller &amp; Söhne");
    const cookie = await logIn(host, "bob");
    const enrolment = await host.putJson("/api/secondfactor/totp/register", {}, { cookie });
    expect(JSON.parse(enrolment.body).data.otpauth_url).toContain("issuer=M%C3%BCller%20%26%20S%C3%B6hne");
  });

  test("serves the logo from the portal itself under a name that changes with it, with its proportions", async () => {
    const host = await branded("{ name: Acme, logo: logo.png }", { "logo.png": pictures.png });
    const { body } = await host.get("/");
    const [, address] =
      /<img class="logo" src="(\/assets\/logo\.[0-9a-f]{16}\.png)" width="12" height="5" alt="Acme"/.exec(body)!;
    const answer = await host.get(address!);
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "image/png"]);
    expect(answer.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(answer.headers["content-security-policy"]).toMatch(/^default-src 'none';.*sandbox$/);
  });

  test("shows the name beside a logo that is no wide one, which then is the tab's icon too", async () => {
    const host = await branded("{ name: Acme, logo: logo.svg }", { "logo.svg": scriptedSvg });
    const { body } = await host.get("/");
    const [, address] = /<img class="logo" src="([^"]+)" width="24" height="24" alt="" \/><span>Acme<\/span>/.exec(
      body,
    )!;
    expect(body).toContain(`<link rel="icon" href="${address}" />`);
    const answer = await host.get(address!);
    expect(answer.headers["content-type"]).toBe("image/svg+xml");
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  });

  test("puts the accent colour into the stylesheet that the page loads, and nothing inline", async () => {
    const host = await branded("{ accent_color: '#7c3aed' }");
    const { body, headers } = await host.get("/");
    expect(body).not.toMatch(/<style|style="/);
    expect(headers["content-security-policy"]).toContain("style-src 'self';");
    const sheet = /href="(\/assets\/portal\.[0-9a-f]{16}\.css)"/.exec(body)![1]!;
    expect((await host.get(sheet)).body).toMatch(/:root\{--accent:#7c3aed;/);
    const plain = await (await startHost()).get("/");
    expect(plain.body).not.toContain(sheet);
  });
});
