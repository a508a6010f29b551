// The e-mail that tells somebody what has happened to their account. It holds nothing that opens anything.
import type { Language } from "../languages/language.ts";
import { type Circumstances, circumstances } from "./circumstances.ts";
import { type ComposedMail, composeMail } from "./compose.ts";

export interface SecurityNotice extends Circumstances {
  readonly event: keyof Language["texts"]["mail"]["notices"];
  /** The name of the passkey that it is about. */
  readonly passkey?: string | undefined;
  /** The page of the account. */
  readonly accountUrl: string;
}

export function securityNotice(language: Language, notice: SecurityNotice): ComposedMail {
  const { mail } = language.texts;
  const { title, text } = mail.notices[notice.event];
  const facts = circumstances(language, notice);
  if (notice.passkey !== undefined) facts.push([mail.passkey, notice.passkey]);
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
