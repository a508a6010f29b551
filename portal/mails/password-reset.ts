// The mail with the link that sets a new password.
import type { Language } from "../languages/language.ts";
import type { User } from "../pages/identity.ts";
import { type ComposedMail, composeMail } from "./compose.ts";

export interface PasswordResetMail {
  readonly user: User;
  readonly language: Language;
  /** The page that the link opens, with its token. */
  readonly url: string;
  /** How long it is good for. Seconds. */
  readonly lifespan: number;
}

export function passwordResetMail({ user, language, url, lifespan }: PasswordResetMail): ComposedMail {
  const { mail } = language.texts.password;
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
