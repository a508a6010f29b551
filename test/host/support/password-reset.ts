// Asking for a new password in the host's tests, and reading the mails that come of it from the notifier's file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";
import { type Answer, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { mailConfigText } from "./mails.ts";

/** Two passwords that are good enough. */
export const good = "purple walrus counts nine moons";
export const other = "seven lanterns over cold harbour";

/** Two with an e-mail address, one without, one who is disabled, and two who share an address. */
export async function usersWithMail(): Promise<string> {
  const password = await hashArgon2("demo", cheapParameters);
  const user = (name: string, more: string) => `  ${name}:\n    password: ${password}\n${more}`;
  return `users:\n${[
    user("alice", "    displayname: Alice Liddell\n    email: alice@example.com\n    groups: [admins, dev]\n"),
    user("bob", "    email: Bob@Example.com\n"),
    user("nomail", ""),
    user("off", "    email: off@example.com\n    disabled: true\n"),
    user("twin1", "    email: twin@example.com\n"),
    user("twin2", "    email: twin@example.com\n"),
  ].join("")}`;
}

/** A host that sends mails into a file. */
export async function started(text = mailConfigText) {
  const { clock, advance } = movableClock();
  const host = await startHost({ text, clock, users: await usersWithMail() });
  return { host, clock, advance };
}

/** The status of a login. */
export async function login(host: TestHost, password: string, username = "alice"): Promise<number> {
  return (await host.postJson("/api/firstfactor", { username, password })).status;
}

/** The cookie that binds the link to the browser, as `NAME=VALUE`. */
export function resetCookieOf(answer: Answer): string {
  const cookie = answer.headers["set-cookie"]?.find((one) => one.startsWith("__Host-zerohop_reset="));
  if (!cookie) throw new Error(`no browser was bound: ${answer.status}`);
  return cookie.split(";")[0]!;
}

/** Everything that was sent. */
export function mailsOf(host: TestHost): string {
  try {
    return readFileSync(join(host.folder, "mails.txt"), "utf8");
  } catch {
    return "";
  }
}

/** The links of all mails, in the order in which they were sent. One whose end has not been written yet is none. */
export function linksIn(text: string): URL[] {
  return [...text.matchAll(/https?:\/\/\S+\/reset-password\/new\?token=\S+(?=\s)/g)].map(([link]) => new URL(link));
}

export interface Asked {
  readonly answer: Answer;
  readonly cookie: string;
}

/** Asks for a link by the page. */
export async function askForLink(
  host: TestHost,
  username: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const answer = await host.submit("/reset-password", { username }, headers);
  return { answer, cookie: resetCookieOf(answer) };
}

/** Asks for a link and waits for its mail. */
export async function linkFor(
  host: TestHost,
  username: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly token: string; readonly link: URL; readonly cookie: string }> {
  const before = linksIn(mailsOf(host)).length;
  const { cookie } = await askForLink(host, username, headers);
  await expect.poll(() => linksIn(mailsOf(host)).length).toBe(before + 1);
  const link = linksIn(mailsOf(host)).at(-1)!;
  return { token: link.searchParams.get("token")!, link, cookie };
}

/** Sets a new password with a link, by its page. */
export function setPassword(
  host: TestHost,
  { token, cookie }: { readonly token: string; readonly cookie: string },
  password: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return host.submit("/reset-password/new", { token, password, password_again: password }, { cookie, ...headers });
}
