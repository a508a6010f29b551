// The providers on the account page: those that somebody can log in with, and those that could be linked.
import { html } from "hono/html";
import type { Language } from "../../../../portal/languages/language.ts";
import type { Fragment } from "../../../../portal/pages/layout.ts";
import { legibleText } from "../../../../portal/pages/legible.ts";
import { moment } from "../../../../portal/pages/moment.ts";
import { postButton, row } from "../../../../portal/pages/rows.ts";
import { providerTexts } from "../texts/index.ts";
import { secondFactorAddress } from "./provider-button.ts";

export interface LinkView {
  readonly provider: string;
  readonly name: string;
  readonly subject: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  /** Whether the session that the page is seen with was opened with it. */
  readonly current: boolean;
  /** Whether it can be undone: an account keeps the one that it was made for. */
  readonly removable: boolean;
  /** Whether a login with it would make more of this session: one of two factors. */
  readonly raises: boolean;
  /** Whether the provider tells when somebody has logged in there. */
  readonly tellsTime: boolean;
}

export interface ProviderSectionView {
  readonly language: Language;
  readonly now: number;
  readonly links: readonly LinkView[];
  readonly others: readonly { readonly id: string; readonly name: string }[];
}

export function providerSection({ language, now, links, others }: ProviderSectionView): Fragment {
  const { account } = providerTexts(language);
  return html`<section aria-labelledby="providers">
        <h2 id="providers">${account.label}</h2>
        <ul class="rows">
          ${links.map((link) => linkRow(link, now, language))}
          ${others.map(({ id, name }) => {
            const label = account.link(legibleText(name));
            return row(
              html`<bdi>${legibleText(name)}</bdi>`,
              html``,
              postButton("/account/providers/link", label, "small", { field: ["provider", id] }),
            );
          })}
        </ul>
        ${links
          .filter(({ tellsTime }) => !tellsTime)
          .map(({ name }) => html`<p class="note">${account.untimed(legibleText(name))}</p>`)}
      </section>`;
}

function linkRow(
  { provider, name, subject, createdAt, current, removable, raises }: LinkView,
  now: number,
  language: Language,
): Fragment {
  const { account, confirmAt } = providerTexts(language);
  const since = moment(createdAt, now, language, account.linkedOn);
  const label = account.unlinkLabel(legibleText(name));
  const confirm = secondFactorAddress(provider, { next: "/account" });
  const unlink = postButton("/account/providers/unlink", account.unlink, "small", {
    label,
    field: ["link", `${provider} ${subject}`],
  });
  return row(
    html`<bdi>${legibleText(name)}</bdi>`,
    current ? html`${account.thisLogin} \u00B7 ${since}` : html`${since}`,
    html`${raises && html`<a class="small" href="${confirm}">${confirmAt(legibleText(name))}</a>`}${removable && unlink}`,
  );
}
