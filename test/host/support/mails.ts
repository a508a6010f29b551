// The mails that a host in the tests writes into a file.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { configText } from "../../../workshop/host/files.ts";

/** A config with a notifier that writes into a file. */
export const mailConfigText = `${configText}
notifier:
  filesystem:
    filename: mails.txt
`;

export interface WrittenMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** All mails of the host in a folder so far, oldest first. */
export function mailsIn({ folder }: { readonly folder: string }): readonly WrittenMail[] {
  const file = join(folder, "mails.txt");
  if (!existsSync(file)) return [];
  const mails = readFileSync(file, "utf8").split(/^-{72}\n/m);
  return mails.slice(0, -1).map((mail) => {
    const [, to = "", subject = ""] = /^Date: .*\nTo: (.*)\nSubject: (.*)\n\n/.exec(mail) ?? [];
    return { to, subject, text: mail.slice(mail.indexOf("\n\n") + 2) };
  });
}

/** The mails once there are so many. */
export async function arrivedIn(host: { readonly folder: string }, count: number): Promise<readonly WrittenMail[]> {
  await vi.waitFor(() => expect(mailsIn(host).length).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 20 });
  return mailsIn(host);
}

/** The one-time code in a mail. */
export function codeIn({ text }: WrittenMail): string {
  return /^ {4}([A-Z2-9-]+)$/m.exec(text)![1]!;
}
