// The e-mail with the code that confirms a change of how somebody logs in.
import type { Language } from "../languages/language.ts";
import { type Circumstances, circumstances } from "./circumstances.ts";
import { type ComposedMail, composeMail } from "./compose.ts";

export interface OneTimeCodeMail extends Circumstances {
  readonly code: string;
  /** How long it is good for. Seconds. */
  readonly lifespan: number;
  /** The page where it can be taken back. */
  readonly revocationUrl: string;
}

export function oneTimeCodeMail(language: Language, about: OneTimeCodeMail): ComposedMail {
  const { code } = language.texts.mail;
  return composeMail({
    title: code.title,
    language: language.tag,
    blocks: [
      { kind: "text", text: code.text(language.duration(about.lifespan)) },
      { kind: "code", code: about.code },
      { kind: "text", text: code.secret },
      { kind: "facts", facts: circumstances(language, about) },
      { kind: "text", text: code.notYou },
      { kind: "link", label: code.revoke, url: about.revocationUrl },
    ],
  });
}
