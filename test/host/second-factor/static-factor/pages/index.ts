// What pages and e-mails show of static codes.
import { html } from "hono/html";
import type { FactorPages } from "../../../../../host/features/second-factor/factor.ts";
import { codeForm } from "../../../../../host/features/second-factor/pages/code-form.ts";
import { layout } from "../../../../../portal/pages/layout.ts";
import { moment } from "../../../../../portal/pages/moment.ts";
import { type ReturnTo, returnToFields } from "../../../../../portal/pages/return-to.ts";
import { postButton, row } from "../../../../../portal/pages/rows.ts";
import type { Site } from "../../../../../portal/pages/site.ts";
import type { StaticCodes } from "../static-codes.ts";
import { staticCodeTexts } from "../texts/index.ts";

const page = "/account/static";

export function staticCodePages(codes: StaticCodes): FactorPages {
  return {
    choice: (language) => staticCodeTexts(language).choose,
    async question(view) {
      const { ask, wrong, code: label } = staticCodeTexts(view.site.language);
      return { ask, wrong, control: codeForm({ ...view, name: "static", label, typed: html`autocomplete="off"` }) };
    },
    async account({ username, language, now }) {
      if (!codes.has(username)) return { rows: [] };
      const texts = staticCodeTexts(language);
      const since = await codes.since(username);
      if (since === undefined)
        return {
          rows: [row(texts.name, html`${texts.off}`, html`<a class="small" href="${page}">${texts.switchOn}</a>`)],
        };
      const button = postButton(`${page}/remove`, language.texts.actions.remove, "small", { label: texts.switchOff });
      return { rows: [row(texts.name, moment(since, now, language, texts.since), button)] };
    },
    setUp: (language) => (codes.enabled ? { label: staticCodeTexts(language).switchOn, address: page } : undefined),
    notice({ action }, language) {
      const { on, off } = staticCodeTexts(language).notices;
      return action === "static code setup" ? on : action === "static code removal" ? off : undefined;
    },
  };
}

/** Switches it on. */
export function staticCodePage(site: Site, returnTo: ReturnTo): string {
  const { switchOn } = staticCodeTexts(site.language);
  return layout({
    site,
    title: switchOn,
    body: html`<h1>${switchOn}</h1>
      <form method="post" action="${page}">
        ${returnToFields(returnTo)}
        <button class="primary" type="submit">${site.language.texts.actions.confirm}</button>
      </form>`,
  });
}
