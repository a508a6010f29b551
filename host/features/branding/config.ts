// The keys of `portal`: as whose the portal shows itself, and the applications that its start page names.
import { resolve } from "node:path";
import { z } from "zod";
import { type Image, largestIcon, readIcon, readImage } from "../../http/image.ts";
import type { Report } from "../../kit/config/report.ts";
import { configSection } from "../../kit/config/section.ts";
import { optionalLeaf, optionalPath } from "../../kit/config/values.ts";
import { describe, leaf, Mistake, section } from "../../kit/yaml/schema.ts";
import type { CookieDomain } from "../../session/config.ts";
import { isInside } from "../../session/cookie-domain.ts";
import { parseColor } from "./color.ts";

/** The portal's pages stay below 50 KB with it. Bytes. */
const largestLogo = 16 * 1024;

/** An application, as the operator names it. */
export interface NamedApplication {
  readonly name: string;
  /** Absolute, https, as new URL() writes it. */
  readonly url: string;
  /** Path of a picture. */
  readonly icon: string | null;
}

export interface PortalConfig {
  readonly name: string;
  /** Path of a picture. */
  readonly logo: string | null;
  /** `#rgb` or `#rrggbb`. */
  readonly accentColor: string | null;
  readonly applications: readonly NamedApplication[];
}

const picture = (largest: number) =>
  optionalPath(`the path of an SVG, PNG, JPEG or WebP file of at most ${largest / 1024} KiB`);
const name = leaf(parseName, "a text of 1 to 64 characters without colons");

export const portalSection = configSection({
  keys: {
    portal: section({
      name: name.prefault("Zerohop"),
      logo: picture(largestLogo),
      accent_color: optionalLeaf(parseAccent, "a colour, `#rgb` or `#rrggbb`, in quotes"),
      applications: z
        .array(section({ name, url: leaf(parseUrl, "an https URL"), icon: picture(largestIcon) }))
        .default([]),
    }),
  },
  config: ({ portal: { name, logo, accent_color, applications } }, { folder }): PortalConfig => {
    const absolute = (file: string | undefined) => (file === undefined ? null : resolve(folder, file));
    return {
      name,
      logo: absolute(logo),
      accentColor: accent_color ?? null,
      applications: applications.map(({ icon, ...application }) => ({ ...application, icon: absolute(icon) })),
    };
  },
  verify: checkPictures,
});

/** Throws Mistake. */
export const readLogo = (file: string): Image => readImage(file, largestLogo);

/** Checks that browsers can show the pictures. */
function checkPictures({ logo, applications }: PortalConfig, report: Report): void {
  const check = (path: readonly (string | number)[], file: string | null, read: (file: string) => Image) => {
    if (file === null) return;
    try {
      read(file);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      report.add(["portal", ...path], error.message);
    }
  };
  check(["logo"], logo, readLogo);
  for (const [index, { icon }] of applications.entries()) check(["applications", index, "icon"], icon, readIcon);
}

/** That each application is one that the portal logs people in to. */
export function checkApplications(
  { applications }: PortalConfig,
  cookies: readonly CookieDomain[],
  report: Report,
): void {
  for (const [index, { url }] of applications.entries()) {
    const { hostname, origin } = new URL(url);
    const path = ["portal", "applications", index, "url"];
    if (!cookies.some(({ domain }) => isInside(hostname, domain)))
      report.add(path, `must be inside a cookie domain: ${cookies.map(({ domain }) => domain).join(", ")}`);
    if (cookies.some(({ portalUrl }) => portalUrl === origin)) report.add(path, "must not be the portal itself");
  }
}

/** It stands in titles, in mails and, for authenticator apps, before a colon. */
function parseName(value: unknown): string {
  if (value === undefined || value === null) throw new Mistake("is required: the name that people know it by");
  if (typeof value !== "string" || !/^[^\p{Cc}\p{Cs}\p{Bidi_Control}:]{1,64}$/u.test(value) || value.trim() !== value)
    throw new Mistake(`must be a text of 1 to 64 characters without colons, not ${describe(value)}`);
  return value;
}

function parseAccent(value: unknown): string {
  if (typeof value !== "string" || !parseColor(value))
    throw new Mistake(`must be a colour such as "#0b6b53", in quotes, not ${describe(value)}`);
  return value;
}

function parseUrl(value: unknown): string {
  if (value === undefined || value === null) throw new Mistake("is required: the application's URL");
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== "https:" || url.username || url.password)
    throw new Mistake(`must be an https URL such as https://app.example.com/, not ${describe(value)}`);
  return url.href;
}
