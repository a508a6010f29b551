// A provider on the login page: a link to where the way there begins. The script puts the fragment of the page that somebody wanted into it.
import { html } from "hono/html";
import type { Fragment } from "../../../../portal/pages/layout.ts";
import { legibleText } from "../../../../portal/pages/legible.ts";
import { addressWithReturnTo, type ReturnTo } from "../../../../portal/pages/return-to.ts";
import type { Picture, Site } from "../../../../portal/pages/site.ts";
import { providerTexts } from "../texts/index.ts";

export interface ShownProvider {
  readonly id: string;
  readonly name: string;
  readonly logo?: Picture;
}

export function providerButton(
  site: Site,
  { id, name, logo }: ShownProvider,
  returnTo: ReturnTo,
  weight: "primary" | "secondary",
): Fragment {
  const picture = logo && html`<img src="${logo.address}" width="${logo.width}" height="${logo.height}" alt="" />`;
  const label = providerTexts(site.language).logInWith(legibleText(name));
  return html`<p class="provider"><a class="${weight}" href="${startAddress(id, returnTo)}">${picture}${label}</a></p>`;
}

/** Where the way to a provider begins. */
export function startAddress(id: string, returnTo: ReturnTo): string {
  return addressWithReturnTo(`/login/provider/${id}`, returnTo);
}

/** Where the way to a provider begins for somebody who is to show two factors there; `anew`: whatever they have shown before. */
export function secondFactorAddress(id: string, returnTo: ReturnTo, anew = false): string {
  return addressWithReturnTo(`/login/provider/${id}`, returnTo, { second_factor: anew ? "anew" : "1" });
}
