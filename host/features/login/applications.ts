// The applications that a visitor may open, for the start page: those that the operator names and those whose host the policy
// names, each only if the policy lets this visitor in.
import type { Picture } from "../../../portal/pages/site.ts";
import type { Policy } from "../../core/policy.ts";
import type { RequestContext } from "../../http/environment.ts";
import { policyRequest, subjectOf } from "../../http/policy-request.ts";
import { namedHosts } from "../../policy/named-hosts.ts";
import { isInside } from "../../session/cookie-domain.ts";
import type { LiveSession } from "../../session/sessions.ts";
import type { ApplicationView } from "./pages/home.ts";

/** What the policy and the operator know of applications. */
export interface ApplicationList {
  readonly policy: Pick<Policy, "decide" | "section">;
  /** Those that the operator names; URLs are absolute and https. */
  readonly applications: readonly { readonly name: string; readonly url: string; readonly icon?: Picture }[];
}

/** A page of more helps nobody, and deciding about thousands would hold up everybody else. The first by name. */
const mostHosts = 300;

/** A name as DNS has it (RFC 1123), with the underscore that some use. */
const hostName = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/;

/** By name, as the visitor's language sorts. */
export function applicationsOf(
  c: RequestContext,
  { policy, applications }: ApplicationList,
  live: LiveSession,
): ApplicationView[] {
  const { domain, portalUrl } = c.get("cookieDomain");
  const portal = new URL(portalUrl);
  const named = applications.map(({ url, ...application }) => ({ ...application, url: new URL(url) }));
  const known = new Set([portal.hostname, ...named.map(({ url }) => url.hostname)]);
  const others = namedHosts(policy.section, live.user)
    .filter((host) => !known.has(host) && hostName.test(host))
    .filter((host) => isInside(host, domain))
    .sort()
    .slice(0, mostHosts)
    // Where the portal has a port of its own, so has the proxy that the applications are behind.
    .map((host) => ({ name: host, url: new URL(`https://${host}${portal.port && `:${portal.port}`}/`) }));

  const here = named.filter(({ url }) => isInside(url.hostname, domain));
  const subject = subjectOf(live);
  const open = [...here, ...others].flatMap(({ name, url, ...application }) => {
    const { outcome, loginReason } = policy.decide(policyRequest(c, subject, url.href, "GET"));
    if (outcome !== "allow" && outcome !== "login") return [];
    const needsSecondFactor = loginReason === "level";
    return [
      {
        ...{ ...application, name, url: url.href, needsSecondFactor },
        ...(name !== url.hostname && { host: url.host }),
      },
    ];
  });
  const { compare } = new Intl.Collator(c.get("language").tag, { numeric: true });
  return open.sort((a, b) => compare(a.name, b.name));
}
