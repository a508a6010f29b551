// Puts mails into a file instead of sending them, for trying the portal out.
import { appendFile, chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { headerText } from "./address.ts";
import { type Carrier, type Letter, Undelivered } from "./mail.ts";

const rule = "-".repeat(72);

export class MailFile implements Carrier {
  readonly #file: string;

  /** An absolute path. */
  constructor(file: string) {
    this.#file = file;
  }

  async deliver({ to, mail, writtenAt }: Letter): Promise<void> {
    const header = [
      `Date: ${new Date(writtenAt * 1000).toISOString()}`,
      `To: ${headerText(to.name)} <${headerText(to.address)}>`,
      `Subject: ${headerText(mail.title)}`,
    ];
    await this.#append(`${header.join("\n")}\n\n${mail.text.trim()}\n\n${rule}\n`);
  }

  async check(): Promise<void> {
    await this.#append("");
  }

  /** Codes that open accounts are in it: it is for its owner alone. */
  async #append(text: string): Promise<void> {
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await appendFile(this.#file, text, { mode: 0o600 });
      await chmod(this.#file, 0o600);
    } catch (error) {
      throw new Undelivered(`cannot write ${this.#file}: ${(error as NodeJS.ErrnoException).code}`, false);
    }
  }
}
