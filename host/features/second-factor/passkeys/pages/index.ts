// What pages and e-mails show of passkeys.
import { html } from "hono/html";
import type { Language } from "../../../../../portal/languages/language.ts";
import type { Fragment } from "../../../../../portal/pages/layout.ts";
import { legibleText } from "../../../../../portal/pages/legible.ts";
import { moment } from "../../../../../portal/pages/moment.ts";
import { postButton, row } from "../../../../../portal/pages/rows.ts";
import type { FactorPages, QuestionView } from "../../factor.ts";
import type { Question } from "../../pages/second-factor.ts";
import { type Passkeys, rpIdOf } from "../passkeys.ts";
import type { StoredPasskey } from "../store.ts";
import { passkeyTexts } from "../texts/index.ts";
import { passkeyControl } from "./passkey-control.ts";

/** The page that adds one. */
export const enrolmentPath = "/account/passkeys";

export function passkeyPages(passkeys: Passkeys): FactorPages {
  const add = (language: Language) => ({ label: passkeyTexts(language).add, address: enrolmentPath });
  return {
    resistsPhishing: true,
    choice: (language) => passkeyTexts(language).choose,
    question: async (view) => passkeyQuestion(view),
    async account({ username, language, portal, now }) {
      const rows = (await passkeys.of(username)).map((one) => passkeyRow(one, rpIdOf(portal), now, language));
      return { rows, ...(passkeys.enabled && { add: add(language) }) };
    },
    setUp: (language) => (passkeys.enabled ? add(language) : undefined),
    login(site) {
      if (!passkeys.loginEnabled) return undefined;
      const { logIn: label } = passkeyTexts(site.language);
      const control = passkeyControl({ site, purpose: "login", label, weight: "secondary" });
      return { control, autocomplete: "webauthn" };
    },
    notice({ action, detail }, language) {
      const { notices, passkey } = passkeyTexts(language);
      const notice =
        action === "passkey setup" ? notices.added : action === "passkey removal" ? notices.removed : undefined;
      return notice && { ...notice, facts: [[passkey, String(detail.name)]] };
    },
  };
}

export function passkeyQuestion({ site, returnTo }: QuestionView): Question {
  const { ask, wrong, use: label } = passkeyTexts(site.language);
  const control = passkeyControl({ site, purpose: "second-factor", label, weight: "primary", returnTo });
  return { ask, wrong, control };
}

type PasskeyView = Pick<StoredPasskey, "id" | "name" | "rpId" | "createdAt" | "lastUsedAt">;

/** `rpId` is that of the portal where it is shown; times are in seconds since the epoch. */
export function passkeyRow(passkey: PasskeyView, rpId: string, now: number, language: Language): Fragment {
  const { id, createdAt, lastUsedAt } = passkey;
  const texts = passkeyTexts(language);
  const { rename, remove } = language.texts.actions;
  const name = legibleText(passkey.name);
  const used =
    lastUsedAt === null
      ? moment(createdAt, now, language, texts.added)
      : moment(lastUsedAt, now, language, language.texts.lastUsed);
  const query = new URLSearchParams({ passkey: id });
  return row(
    html`<bdi>${name}</bdi>`,
    html`${passkey.rpId === rpId ? texts.passkey : texts.passkeyFor(legibleText(passkey.rpId))} \u00B7 ${used}`,
    html`<a class="small" href="${enrolmentPath}/rename?${query}" aria-label="${texts.rename(name)}">${rename}</a>
              ${postButton(`${enrolmentPath}/remove`, remove, "small", { label: texts.remove(name), field: ["passkey", id] })}`,
  );
}
