// The e-mail with the code that confirms a change of how somebody logs in.
import type { Language } from "../../../../portal/languages/language.ts";
import { type Circumstances, circumstances } from "../../../../portal/mails/circumstances.ts";
import { type ComposedMail, composeMail } from "../../../../portal/mails/compose.ts";
import { elevationTexts } from "../texts/index.ts";

export interface OneTimeCodeMail extends Circumstances {
  readonly code: string;
  /** How long it is good for. Seconds. */
  readonly lifespan: number;
  /** The page where it can be taken back. */
  readonly revocationUrl: string;
}

export function oneTimeCodeMail(language: Language, about: OneTimeCodeMail): ComposedMail {
  const { mail } = elevationTexts(language);
  return composeMail({
    title: mail.title,
    language: language.tag,
    blocks: [
      { kind: "text", text: mail.text(language.duration(about.lifespan)) },
      { kind: "code", code: about.code },
      { kind: "text", text: mail.secret },
      { kind: "facts", facts: circumstances(language, about) },
      { kind: "text", text: mail.notYou },
      { kind: "link", label: mail.revoke, url: about.revocationUrl },
    ],
  });
}
