// What every page owes to assistive technology, to password managers and to a strict Content-Security-Policy.
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginPage } from "../../host/features/login/pages/login.ts";
import { english } from "../../portal/languages/index.ts";
import { buildPortal } from "../../scripts/build-portal.ts";
import { readDocument, type Tag } from "./document.ts";
import { benign } from "./samples.ts";
import { siteIn } from "./site.ts";
import { pages } from "./views.ts";

it("every page is among those that are looked at here, a feature's too", () => {
  const root = join(import.meta.dirname, "..", "..");
  const sourceOf = (pattern: string) =>
    globSync(pattern, { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
  const written = sourceOf("{portal,host/**}/pages/*.ts").flatMap(
    (source) => source.match(/(?<=^export function )\w+Page(?=\()/gm) ?? [],
  );
  const viewed = sourceOf("test/portal/{views,views/*}.ts").join("\n");
  expect(written.length).toBeGreaterThan(20);
  expect(written.filter((page) => !new RegExp(`\\b${page}\\(`).test(viewed))).toEqual([]);
});

describe.each(pages)("the page: %s", (_, render) => {
  const source = render(benign);
  const tags = readDocument(source);
  const all = (name: string) => tags.filter((tag) => tag.name === name);

  it("names its language, has a title, one heading and one main part", () => {
    expect(source).toMatch(/^<!doctype html>/);
    expect(all("html")[0]?.attributes.get("lang")).toBe("en");
    expect(all("title")[0]?.text).toMatch(/\S/);
    expect(all("h1")).toHaveLength(1);
    expect(all("main")).toHaveLength(1);
  });

  it("has no inline script, style or handler, and asks nobody else for anything", () => {
    expect(all("style")).toEqual([]);
    expect(all("script").map(({ text, attributes }) => [text, attributes.has("src")])).toEqual([["", true]]);
    for (const { attributes } of tags) {
      for (const name of attributes.keys()) expect(name).not.toMatch(/^(style|on.*)$/);
      for (const name of ["href", "src", "action"]) {
        expect(attributes.get(name) ?? "/").toMatch(
          name === "href"
            ? /^(\/(?!\/)|data:image\/svg|https:\/\/[ab]\.zerohop\.localhost\/$|otpauth:\/\/totp\/)/
            : /^\/(?!\/)/,
        );
      }
    }
  });

  it("ties every field that can be seen to a label, and every reference to one element", () => {
    const ids = tags.flatMap(({ attributes }) => attributes.get("id") ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of tags) {
      for (const name of ["for", "aria-describedby", "aria-labelledby", "data-reveals"]) {
        for (const id of attributes.get(name)?.split(" ") ?? []) expect(ids).toContain(id);
      }
    }
    for (const input of all("input").filter(
      ({ attributes }) => attributes.get("type") !== "hidden" && !attributes.has("hidden"),
    )) {
      expect(labelled(input, all("label")), `label of ${input.attributes.get("name")}`).toBe(true);
    }
  });

  it("changes things by POST to the portal only", () => {
    for (const { attributes } of all("form")) {
      expect(attributes.get("method")).toBe("post");
      expect(attributes.get("action")).toMatch(
        /^\/(login|login\/new-password|logout|language|reset-password|reset-password\/new|second-factor\/[a-z]+|account\/[a-z/-]+)$/,
      );
    }
  });
});

describe("the login page", () => {
  const view = { site: siteIn(english), method: "GET", username: "", rememberMe: true };
  const target = { url: "https://app.zerohop.localhost:8443/reports?id=7", host: "app.zerohop.localhost:8443" };
  const tags = (more: Partial<Parameters<typeof loginPage>[0]> = {}) => readDocument(loginPage({ ...view, ...more }));
  const input = (source: Tag[], name: string) =>
    source.find((tag) => tag.name === "input" && tag.attributes.get("name") === name)?.attributes;

  it("tells password managers which field is which", () => {
    expect(input(tags(), "username")?.get("autocomplete")).toBe("username");
    expect(input(tags(), "password")?.get("autocomplete")).toBe("current-password");
    expect(input(tags(), "password")?.get("type")).toBe("password");
  });

  it("puts the cursor into the first empty field", () => {
    expect(input(tags(), "username")?.has("autofocus")).toBe(true);
    expect(input(tags(), "password")?.has("autofocus")).toBe(false);
    expect(input(tags({ username: "alice" }), "username")?.has("autofocus")).toBe(false);
    expect(input(tags({ username: "alice" }), "password")?.has("autofocus")).toBe(true);
  });

  it("never sends a password back", () => {
    expect(input(tags({ error: "credentials", username: "alice" }), "password")?.has("value")).toBe(false);
  });

  it("shows the whole host of the target, its path after it, and the URL on hovering", () => {
    const source = tags({ target });
    const shown = source.find(({ attributes }) => attributes.get("class") === "destination");
    expect(shown?.attributes.get("title")).toBe(target.url);
    expect(source.find(({ name }) => name === "strong")?.text).toBe(target.host);
    expect(source.some(({ name, text }) => name === "span" && text === "/reports?id=7")).toBe(true);
    expect(source.find(({ name }) => name === "title")?.text).toContain(target.host);
  });

  it("of an overlong host shows the end, which names the domain", () => {
    const host = `${"login.bank.example.".repeat(12)}zerohop.localhost`;
    const shown = tags({ target: { url: `https://${host}/`, host } }).find(({ name }) => name === "strong")?.text;
    expect(shown).toMatch(/^\u2026.*\.zerohop\.localhost$/);
  });

  it("sends the target along only when there is one, the method always", () => {
    expect(input(tags({ target }), "rd")?.get("value")).toBe(target.url);
    expect(input(tags(), "rd")).toBeUndefined();
    expect(input(tags({ method: "POST" }), "rm")?.get("value")).toBe("POST");
  });

  it("announces an error and ties it to both fields, without telling which was wrong", () => {
    const source = tags({ error: "credentials", username: "alice" });
    const alert = source.find(({ attributes }) => attributes.get("role") === "alert");
    expect(alert?.attributes.get("id")).toBe("error");
    expect(alert?.text).toContain("user name or the password");
    for (const name of ["username", "password"]) {
      expect(input(source, name)?.get("aria-describedby")).toBe("error");
      expect(input(source, name)?.get("aria-invalid")).toBe("true");
    }
    expect(source.find(({ name }) => name === "title")?.text).toMatch(/^Error: /);
  });

  it("says that an interrupted POST has to be sent again", () => {
    const note = (method: string) => loginPage({ ...view, target, method }).includes("send it again");
    expect([note("POST"), note("GET"), note("HEAD")]).toEqual([true, false, false]);
  });

  it("offers to keep the visitor logged in only where that is allowed, and remembers the answer", () => {
    expect(input(tags({ rememberMe: false }), "keep_me_logged_in")).toBeUndefined();
    expect(input(tags(), "keep_me_logged_in")?.has("checked")).toBe(false);
    expect(input(tags({ keepMeLoggedIn: true }), "keep_me_logged_in")?.has("checked")).toBe(true);
  });
});

describe("what a browser loads", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "zerohop-portal-"));
    await buildPortal(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(pages)("page, stylesheet and script stay below 50 KB uncompressed: %s", async (_, render) => {
    const files = await Promise.all(["portal.css", "portal.js"].map((name) => readFile(join(folder, name))));
    const bytes = Buffer.byteLength(render(benign)) + files.reduce((sum, file) => sum + file.length, 0);
    expect(bytes).toBeLessThan(50_000);
  });

  it("the stylesheet asks for nothing else, so no font or picture shifts the page later", async () => {
    expect(await readFile(join(folder, "portal.css"), "utf8")).not.toMatch(/url\(|@import|@font-face/);
  });
});

function labelled(input: Tag, labels: readonly Tag[]): boolean {
  const id = input.attributes.get("id");
  if (id !== undefined) return labels.some(({ attributes }) => attributes.get("for") === id);
  return labels.some(({ attributes }) => attributes.get("class") === "choice");
}
