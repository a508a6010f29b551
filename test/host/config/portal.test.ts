// The keys of `portal`: what they mean, and the mistakes that can be made in them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";
import { pictures } from "../support/pictures.ts";

function load(portal: string) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "logo.png"), pictures.png);
  writeFileSync(join(folder, "large.png"), Buffer.concat([pictures.png, Buffer.alloc(16_384)]));
  writeFileSync(join(folder, "icon.png"), Buffer.concat([pictures.png, Buffer.alloc(8_000)]));
  writeFileSync(join(folder, "page.html"), "<html></html>");
  const file = join(folder, "config.yml");
  writeFileSync(file, `${configText.trimStart()}portal: ${portal}\n`);
  return { folder, config: loadConfig(file, {}).config };
}

/** Problems as `path: message`. */
function problemsOf(portal: string): string[] {
  try {
    load(portal);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

const application = (rest: string) => `{ applications: [{ name: App, ${rest} }] }`;

describe("the portal's keys", () => {
  test("are read, with paths from the config's folder and URLs as browsers write them", () => {
    const { folder, config } = load(
      "{ name: Acme, logo: logo.png, accent_color: '#7c3aed', applications: [{ name: Büro, url: https://APP.example.com, icon: icon.png }, { name: Wiki, url: 'https://app.example.com:8443/wiki' }] }",
    );
    expect(config.portal).toEqual({
      name: "Acme",
      logo: join(folder, "logo.png"),
      accentColor: "#7c3aed",
      applications: [
        { name: "Büro", url: "https://app.example.com/", icon: join(folder, "icon.png") },
        { name: "Wiki", url: "https://app.example.com:8443/wiki", icon: null },
      ],
    });
    expect([config.totp.issuer, config.webauthn.displayName]).toEqual(["Acme", "Acme"]);
  });

  test("leave the names for apps and browsers to whoever gives them", () => {
    expect(load("{ name: Acme }\ntotp: { issuer: acme.example }").config.totp.issuer).toBe("acme.example");
  });

  test.each([
    ["{ name: '' }", 'portal.name: must be a text of 1 to 64 characters without colons, not ""'],
    ["{ name: 'a:b' }", 'portal.name: must be a text of 1 to 64 characters without colons, not "a:b"'],
    ['{ name: "a\\u202eb" }', 'portal.name: must be a text of 1 to 64 characters without colons, not "a\u202eb"'],
    ["{ accent_color: red }", 'portal.accent_color: must be a colour such as "#0b6b53", in quotes, not "red"'],
    ["{ logo: none.png }", "portal.logo: cannot be read: there is no such file"],
    ["{ logo: page.html }", "portal.logo: must be an SVG, PNG, JPEG or WebP picture"],
    ["{ logo: large.png }", "portal.logo: must be at most 16 KiB large, not 17 KiB"],
    [
      application("icon: large.png, url: https://app.example.com"),
      "portal.applications[0].icon: must be at most 8 KiB large, not 17 KiB",
    ],
    [
      application("icon: 1, url: https://app.example.com"),
      "portal.applications[0].icon: must be the path of a file, not 1",
    ],
    [application("url: https://evil.com/"), "portal.applications[0].url: must be inside a cookie domain: example.com"],
    [application("url: https://auth.example.com/account"), "portal.applications[0].url: must not be the portal itself"],
    [
      application("url: http://app.example.com"),
      'portal.applications[0].url: must be an https URL such as https://app.example.com/, not "http://app.example.com"',
    ],
    [
      application("url: 'javascript:alert(1)'"),
      'portal.applications[0].url: must be an https URL such as https://app.example.com/, not "javascript:alert(1)"',
    ],
    [
      application("url: https://user@app.example.com"),
      'portal.applications[0].url: must be an https URL such as https://app.example.com/, not "https://user@app.example.com"',
    ],
    [
      "{ applications: [{ url: https://app.example.com }] }",
      "portal.applications[0].name: is required: the name that people know it by",
    ],
    ["{ applications: [{ name: App }] }", "portal.applications[0].url: is required: the application's URL"],
    ["{ colour: '#fff' }", "portal.colour: unknown key; allowed here: name, logo, accent_color, applications"],
  ])("say what is wrong in %j", (portal, problem) => {
    expect(problemsOf(portal)).toEqual([problem]);
  });
});
