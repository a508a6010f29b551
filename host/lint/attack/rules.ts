// What is wrong where a request of an attacker arrives: the rules of all proxies whose configuration is tried out.
import { clientsOwn } from "../identity-headers.ts";
import type { Place, Report, Rule, Severity } from "../rule.ts";
import type { Site } from "../site.ts";
import type { Arrival } from "./arrival.ts";
import {
  credentialsIn,
  forgedAmong,
  forgedSpellings,
  forwardedHeaders,
  hasSession,
  internalPaths,
  isForged,
  otherUpgrade,
  vouched,
} from "./request.ts";

export interface TriedOut {
  readonly site: Site;
  readonly arrivals: readonly Arrival[];
  /** Where there are more combinations of conditions than were gone through. */
  readonly unfollowed: Place | undefined;
}

/** For each rule, what to do about it in the words of the proxy. */
export interface Advice {
  readonly gate: string;
  readonly portalHost: string;
  readonly identityHeaders: string;
  readonly forwardedHeaders: string;
  readonly identityRemoved: string;
  readonly upgrade: string;
  readonly connect: string;
  readonly http2Settings: string;
  readonly connection: string;
  readonly sessionCookie: string;
  readonly credentials: string;
  readonly internalEndpoints: string;
  readonly plainHttp: string;
  readonly verifyTarget: string;
  readonly questionHeaders: string;
  readonly endpoint: string;
}

/** The rules of a proxy, their ids beginning with its name. */
export function arrivalRules<Config extends TriedOut>(proxy: string, advice: Advice): Rule<Config>[] {
  const rule = (
    id: string,
    severity: Severity,
    /** What is wrong with an arrival, a word for each thing. */
    found: (arrival: Arrival, site: Site) => readonly string[],
    message: (things: readonly string[], first: Arrival) => string,
    placeOf: (arrival: Arrival) => Place | undefined = ({ place }) => place,
  ): Rule<Config> => ({
    id: `${proxy}-${id}`,
    severity,
    check: ({ site, arrivals }, report) =>
      reportOnce(arrivals, report, (arrival) => found(arrival, site), message, placeOf),
  });

  return [
    rule(
      "gate-missing",
      "error",
      ({ isPortal, decision, request: { host, path } }) => (!isPortal && decision === "past" ? [host + path] : []),
      ([example], { way, isAsked }) =>
        isAsked
          ? `${way} gets requests (${example}) that the gate has refused, or has not answered: ${advice.gate}`
          : `${way} gets requests (${example}) undecided: ${advice.gate}`,
    ),
    rule(
      "portal-host",
      "error",
      inside(({ request: { host } }, { portalHosts }) => (portalHosts.includes(host) ? [host] : [])),
      ([host], { way }) =>
        `${way} gets requests for ${host}, which are the portal's and decided by nobody: ${advice.portalHost}`,
    ),
    rule(
      "identity-headers",
      "error",
      inside(({ headers }, { identityHeaders }) => forgedSpellings(identityHeaders, headers)),
      (names) => `${clientsOwn([listed(names)])}: ${advice.identityHeaders}`,
    ),
    rule(
      "identity-removed",
      "warning",
      inside(({ headers, vouched: names }) => names.filter((name) => !headers.get(name).includes(vouched))),
      (names) => `the gate's ${names.join(", ")} is removed again behind it: ${advice.identityRemoved}`,
    ),
    rule(
      "forwarded-headers",
      "warning",
      inside(({ headers }) => forgedSpellings(forwardedHeaders, headers)),
      (names) =>
        `frameworks take host, path, client or user from the ${listed(names)} that a client sends, behind the back of the rules: ${advice.forwardedHeaders}`,
    ),
    rule(
      "upgrade",
      "error",
      inside(({ headers }) => otherUpgrade(headers) ?? []),
      ([protocol]) =>
        `one allowed request with Upgrade: ${protocol} opens a tunnel, in which any path and any Remote-User reach the backend undecided: ${advice.upgrade}`,
    ),
    rule(
      "connect",
      "error",
      inside(({ request }) => (request.method === "CONNECT" ? ["CONNECT"] : [])),
      () =>
        `what follows a CONNECT is passed on as it comes, and many servers read it as further requests, undecided: ${advice.connect}`,
    ),
    rule(
      "http2-settings",
      "warning",
      inside(({ headers }) => (headers.get("HTTP2-Settings").length > 0 ? ["HTTP2-Settings"] : [])),
      () => `HTTP2-Settings, one half of a request for a tunnel, reaches the backend: ${advice.http2Settings}`,
    ),
    rule(
      "connection",
      "warning",
      inside(({ headers }) => (isForged(headers, "Connection") ? ["Connection"] : [])),
      () =>
        `the names in a client's Connection header are removed from the request, Remote-User too if it says so: ${advice.connection}`,
    ),
    rule(
      "session-cookie",
      "error",
      inside(({ headers }) => (hasSession(headers) ? ["Cookie"] : [])),
      () =>
        `the backend gets the user's session, with which it can go everywhere in their name: ${advice.sessionCookie}`,
    ),
    rule(
      "credentials",
      "error",
      inside(({ headers }) => credentialsIn(headers)),
      (names) => `the backend gets the portal's password in ${names.join(" and ")}: ${advice.credentials}`,
    ),
    rule(
      "internal-endpoints",
      "warning",
      ({ isPortal, isPublic, request: { path } }) =>
        isPortal && isPublic && (internalPaths as readonly string[]).includes(path) ? [path] : [],
      (paths) =>
        `${listed(paths)} of the host, for proxies and monitoring, is open to everybody: ${advice.internalEndpoints}`,
    ),
    rule(
      "plain-http",
      "warning",
      ({ plainListener }) => (plainListener ? ["http"] : []),
      () => `this passes on requests that came without TLS: ${advice.plainHttp}`,
      ({ plainListener }) => plainListener,
    ),
    rule(
      "endpoint",
      "error",
      ({ question }) => (question?.path !== undefined && !decides(question.path) ? [question.path] : []),
      ([path]) =>
        `${path || "/"} is no endpoint that decides, and what answers 200 there lets everybody in: ${advice.endpoint}`,
      ({ question }) => question?.place,
    ),
    rule(
      "verify-target",
      "warning",
      ({ question }) =>
        question?.path !== undefined && isVerify(question.path)
          ? forgedAmong(["X-Original-Url"], question.headers)
          : [],
      () =>
        `/api/verify looks at a client's own X-Original-URL before the X-Forwarded-* of this proxy: ${advice.verifyTarget}`,
      ({ question }) => question?.place,
    ),
    rule(
      "question-headers",
      "error",
      ({ question }) => (question ? believed(question.path).filter((name) => isForged(question.headers, name)) : []),
      (names) => `the host decides by the client's own ${listed(names)}: ${advice.questionHeaders}`,
      ({ question }) => question?.place,
    ),
    {
      id: `${proxy}-conditions`,
      severity: "unknown",
      check({ unfollowed }, report) {
        if (unfollowed)
          report(
            unfollowed,
            "there are more combinations of conditions than are gone through, so findings may be missing: split the configuration",
          );
      },
    },
  ];
}

/** What is wrong with requests that the gate lets in to a backend. */
function inside(
  found: (arrival: Arrival, site: Site) => string | readonly string[],
): (arrival: Arrival, site: Site) => readonly string[] {
  return (arrival, site) => (arrival.isPortal || arrival.decision !== "let in" ? [] : [found(arrival, site)].flat());
}

/** Reports every place once, with all that is wrong there. */
function reportOnce(
  arrivals: readonly Arrival[],
  report: Report,
  found: (arrival: Arrival) => readonly string[],
  message: (things: readonly string[], first: Arrival) => string,
  placeOf: (arrival: Arrival) => Place | undefined,
): void {
  const places = new Map<string, { readonly place: Place; readonly first: Arrival; readonly things: Set<string> }>();
  for (const arrival of arrivals) {
    const place = placeOf(arrival);
    const things = place ? found(arrival) : [];
    if (!place || things.length === 0) continue;
    const key = `${place.file}:${place.line}:${place.column}`;
    const known = places.get(key) ?? { place, first: arrival, things: new Set<string>() };
    places.set(key, known);
    for (const thing of things) known.things.add(thing);
  }
  for (const { place, first, things } of places.values()) report(place, message([...things], first));
}

/** A list that is long, by its beginning. */
function listed(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

function decides(path: string): boolean {
  return /^\/api\/(authz\/|verify(\?|$))/.test(path);
}

function isVerify(path: string): boolean {
  return /^\/api\/verify(\?|$)/.test(path);
}

/** The headers that an endpoint of the host takes the target and the client from. */
function believed(path: string | undefined): string[] {
  if (path?.startsWith("/api/authz/auth-request")) return ["X-Original-Url", "X-Forwarded-For"];
  return ["X-Forwarded-For", "X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"];
}
