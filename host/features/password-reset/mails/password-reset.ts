// The mail with the link that sets a new password.
import type { Language } from "../../../../portal/languages/language.ts";
import { type ComposedMail, composeMail } from "../../../../portal/mails/compose.ts";
import type { User } from "../../../../portal/pages/identity.ts";
import { passwordResetTexts } from "../texts/index.ts";

export interface PasswordResetMail {
  readonly user: User;
  readonly language: Language;
  /** The page that the link opens, with its token. */
  readonly url: string;
  /** How long it is good for. Seconds. */
  readonly lifespan: number;
}

export function passwordResetMail({ user, language, url, lifespan }: PasswordResetMail): ComposedMail {
  const { mail } = passwordResetTexts(language);
  return composeMail({
    title: mail.title,
    language: language.tag,
    blocks: [
      { kind: "text", text: mail.text(user.name, new URL(url).host) },
      { kind: "link", label: mail.link, url },
      { kind: "text", text: mail.limits(language.duration(lifespan)) },
      { kind: "text", text: mail.ignore },
    ],
  });
}
