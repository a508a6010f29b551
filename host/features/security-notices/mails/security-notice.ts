// The e-mail that tells somebody what has happened to their account. It holds nothing that opens anything.
import type { Language } from "../../../../portal/languages/language.ts";
import { type Circumstances, circumstances } from "../../../../portal/mails/circumstances.ts";
import { type ComposedMail, composeMail } from "../../../../portal/mails/compose.ts";
import type { Notice } from "../../../notify/notice.ts";
import { securityNoticeTexts } from "../texts/index.ts";

export interface SecurityNotice extends Notice, Circumstances {
  /** The page of the account. */
  readonly accountUrl: string;
}

export function securityNotice(language: Language, notice: SecurityNotice): ComposedMail {
  const { notYou, toAccount } = securityNoticeTexts(language);
  const { title, text } = notice;
  const facts = [...circumstances(language, notice), ...(notice.facts ?? [])];
  return composeMail({
    title,
    language: language.tag,
    blocks: [
      { kind: "text", text },
      { kind: "facts", facts },
      { kind: "text", text: notYou },
      { kind: "link", label: toAccount, url: notice.accountUrl },
    ],
  });
}
