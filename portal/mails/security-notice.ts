// The e-mail that tells somebody what has happened to their account. It holds nothing that opens anything.
import type { Language } from "../languages/language.ts";
import { type Circumstances, circumstances } from "./circumstances.ts";
import { type ComposedMail, composeMail } from "./compose.ts";

/** What has happened, in the reader's language. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** What it is about, by name. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
}

export interface SecurityNotice extends Notice, Circumstances {
  /** The page of the account. */
  readonly accountUrl: string;
}

export function securityNotice(language: Language, notice: SecurityNotice): ComposedMail {
  const { mail } = language.texts;
  const { title, text } = notice;
  const facts = [...circumstances(language, notice), ...(notice.facts ?? [])];
  return composeMail({
    title,
    language: language.tag,
    blocks: [
      { kind: "text", text },
      { kind: "facts", facts },
      { kind: "text", text: mail.notYou },
      { kind: "link", label: mail.toAccount, url: notice.accountUrl },
    ],
  });
}
