// The visitor's choice of a language.
import { Hono } from "hono";
import { languageOf } from "../../../portal/languages/index.ts";
import { readForm } from "../../http/body.ts";
import type { Environment } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import { rememberLanguage } from "../../http/language.ts";
import { refuse } from "../../http/problems.ts";

export function language(): Feature {
  const app = new Hono<Environment>();

  app.post("/", async (c) => {
    const form = await readForm(c);
    const language = languageOf(form.get("language") ?? "");
    if (!language) throw refuse(400, "The portal does not speak this language.");
    rememberLanguage(c, language);
    return c.redirect(withinPortal(form.get("return") ?? "", c.get("cookieDomain").portalUrl), 303);
  });

  return { routes: [{ path: "/language", app }] };
}

/** The address that a form names, where it is the portal's own; absolute, so that no browser reads another host from it. */
function withinPortal(address: string, portalUrl: string): string {
  const url = URL.canParse(address, portalUrl) ? new URL(address, portalUrl) : undefined;
  return url?.origin === portalUrl ? url.href : `${portalUrl}/`;
}
