// Sends the table's requests through a proxy, and says what came of each.
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { pieces, type SeenRequest } from "../../../workshop/backends/application.ts";
import { EventStream } from "../../../workshop/clients/event-stream.ts";
import type { Answer, HeaderLines } from "../../../workshop/clients/https-client.ts";
import { logIn, logInBound, logOut } from "../../../workshop/clients/portal-login.ts";
import { exchangeMessage } from "../../../workshop/clients/websocket-client.ts";
import type { Limits } from "../../../workshop/proxies/proxy-kind.ts";
import type { Site } from "../../../workshop/proxies/site.ts";
import type { ProviderBeside } from "./provider.ts";
import { evil, type Request, type Visitor } from "./requests.ts";

/** Milliseconds. */
const leaseNeeded = 300;
/** Those who were there before, each as a cookie; it takes as long as their leases and sessions take to end. */
export async function formerVisitors(stack: Site): Promise<Partial<Record<Visitor, string>>> {
  const stale = await logIn(stack, "alice", true);
  const ended = await logIn(stack, "alice");
  const doras = await logIn(stack, "dora", true);
  const monas = await logIn(stack, "mona", true);
  await sleep(7000);
  return { stale, ended, "dora's lease": doras, "mona's lease": monas };
}

/** Who asks, each as a cookie. */
export async function visitors(
  stack: Site,
  provider: ProviderBeside,
  former: Partial<Record<Visitor, string>>,
): Promise<{ readonly cookies: Record<Visitor, string>; readonly bindings: ReadonlyMap<Visitor, string> }> {
  const revoked = await logIn(stack, "alice", true);
  await logOut(stack, revoked);
  const alice = await logInBound(stack, "alice", true);
  const bob = await logInBound(stack, "bob", true);
  const carol = await logInBound(stack, "carol", true);
  const dora = await logInBound(stack, "dora", true);
  const mona = await logInBound(stack, "mona", true);
  const live = { alice, bob, carol, dora, mona, "bob@company": await provider.signIn(stack) };
  const sessions = Object.entries(live).map(([name, { session }]) => [name, session] as const);
  const cookies = { nobody: "", revoked, ...former, ...Object.fromEntries(sessions) };
  const bindings = Object.entries(live).map(([name, { binding }]) => [name as Visitor, binding] as const);
  return { cookies: cookies as Record<Visitor, string>, bindings: new Map(bindings) };
}

/** The cookies as a browser would have them that has come by the portal: with a lease that outlasts the next request. */
export async function renewed(
  stack: Site,
  cookies: Record<Visitor, string>,
  bindings: ReadonlyMap<Visitor, string>,
): Promise<Record<Visitor, string>> {
  const live = [...bindings.keys()];
  if (live.every((name) => leaseLeft(cookies[name]) > leaseNeeded)) return cookies;
  // Leases of a second are told in whole seconds: one that begins late is over at once.
  await sleep(1000 - (Date.now() % 1000));
  const visit = async (who: Visitor) => {
    const cookie = `${cookies[who]}; ${bindings.get(who)}`;
    const answer = await stack.client.get(stack.url("auth"), { headers: [["cookie", cookie]] });
    return answer.cookies[0]?.split(";")[0] ?? cookies[who];
  };
  const visits = live.map(async (name) => [name, await visit(name)] as const);
  return { ...cookies, ...Object.fromEntries(await Promise.all(visits)) };
}

/** Milliseconds. */
function leaseLeft(cookie: string): number {
  const payload = cookie.slice(cookie.indexOf("=") + 1).split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString()).exp * 1000 - Date.now();
}

/** Megabytes of a body, of which a proxy must keep no whole one: a short form for every run. */
export const longBody = process.env.ZEROHOP_LONG_BODIES === "true" ? 200 : 2;

/** Sends long bodies to the application with a session's cookie, of a known length and in chunks, and gets as long ones. What did not arrive whole. */
export async function exchangeLong(stack: Site, session: () => Promise<string>): Promise<readonly string[]> {
  const length = longBody * 1_000_000;
  const as = async (): Promise<HeaderLines> => [
    ["cookie", await session()],
    ["accept", "application/json"],
  ];
  const failures: string[] = [];
  for (const how of [["content-length", String(length)] as const, ["transfer-encoding", "chunked"] as const]) {
    const headers = [...(await as()), how];
    const { status, body } = await stack.client.get(stack.url("app"), {
      method: "POST",
      headers,
      body: pieces(length),
    });
    const bytes = status === 200 ? JSON.parse(body).bytes : 0;
    if (bytes !== length) failures.push(`sent, ${how[0]}: ${status}, ${bytes} bytes`);
  }
  for (const how of ["", "&chunked"]) {
    const { status, body } = await stack.client.get(stack.url("app", `/download?bytes=${length}${how}`), {
      headers: await as(),
    });
    if (status !== 200 || body.length !== length) failures.push(`got${how}: ${status}, ${body.length} bytes`);
  }
  return failures;
}

interface Sent {
  readonly outcome: string;
  /** But for a WebSocket's. */
  readonly answer?: Answer;
}

export async function send(stack: Site, request: Request, cookies: Record<Visitor, string>): Promise<Sent> {
  const { host, path, method = "GET", headers: own = [], body, visitor = "nobody" } = request;
  const { trailers, cookie = (session: string) => `a=1; ${session}; b=2` } = request;
  const { page } = request;
  const headers = [
    ...own,
    ...(visitor === "nobody" ? [] : [["cookie", cookie(cookies[visitor])] as const]),
    ...(page === undefined ? [] : [["referer", stack.url(host, page)] as const]),
  ];
  const url = stack.url(host, path);
  if (request.eventStream) return { outcome: await events(stack, url, request, headers) };
  if (request.webSocket) {
    const { status, echo } = await exchangeMessage({ ca: stack.ca, url, headers }, "hello");
    return { outcome: [status, echo ?? []].flat().join(" ") };
  }
  const answer = await stack.client.get(url, {
    ...{ method, headers },
    ...(body !== undefined && { body }),
    ...(trailers && { trailers }),
  });
  return { outcome: outcomeOf(stack, request, answer), answer };
}

/** Asks for a stream, and waits until its second event is there: the first could come with the answer's beginning. */
async function events(stack: Site, url: string, request: Request, headers: HeaderLines): Promise<string> {
  const session = request.logsOut ? await stack.login("alice") : undefined;
  const sent = session === undefined ? headers : [...headers, ["cookie", session] as const];
  await using stream = await EventStream.open({ url, ca: stack.ca, headers: sent, http: "1.1" });
  await stream.next();
  await stream.next();
  if (session === undefined) return `${stream.status} event`;
  await stack.logoutAtHost(session);
  const until = Date.now() + 1500;
  try {
    while (Date.now() < until) await stream.next();
    return `${stream.status} goes on`;
  } catch {
    return `${stream.status} ended`;
  }
}

function outcomeOf(stack: Site, request: Request, answer: Answer): string {
  const { host, path, method = "GET", page, countsGroups = false } = request;
  const { status } = answer;
  if (status === 200 && host === "auth") return "200 portal";
  if (status === 200) {
    const { headers } = seen(answer);
    const credentials = [headers.authorization ?? [], headers["proxy-authorization"] ?? []].flat();
    const groups = [headers["remote-groups"] ?? []]
      .flat()
      .flatMap((list) => list.split(",").filter((group) => group !== ""));
    const user = `200 ${headers["remote-user"] ?? "-"}${countsGroups ? ` in ${groups.length} groups` : ""}`;
    return [user, ...credentials].join(" with ");
  }
  if (answer.header("www-authenticate")?.startsWith("Basic ")) return `${status} basic`;
  const isStepUp = request.visitor === "alice";
  const [back, backBy] = page === undefined || isStepUp ? [path, method] : [page, "GET"];
  const beside = isStepUp && page !== undefined ? `&back=${encodeURIComponent(page)}` : "";
  const login = `${stack.url("auth")}?rd=${encodeURIComponent(stack.url(host, back))}&rm=${backBy}${beside}`;
  const location = answer.header("location");
  return location === undefined ? `${status}` : `${status} ${location === login ? "login" : location}`;
}

export function seen({ body }: Pick<Answer, "body">): SeenRequest {
  if (!body.startsWith("<")) return JSON.parse(body) as SeenRequest;
  const rows = [...body.matchAll(/<th scope="row">([^<]*)<\/th><td>([^<]*)/g)];
  return { method: "", url: "", headers: Object.fromEntries(rows.map(([, name, value]) => [name!, value!])) };
}

/** Nothing that the client made up, and no session but where the proxy cannot take it out. */
export function expectClean(limits: Limits, { body: whole }: Answer): void {
  const { passesSession = false, appendsForwardedFor = false, passesTrailers = false } = limits;
  const body = passesTrailers ? whole.replace(/,\s*"trailers": \[[^\]]*\]/, "") : whole;
  const [, forwardedFor = ""] = /"x-forwarded-for": "([^"]*)"/.exec(body) ?? [];
  if (appendsForwardedFor && forwardedFor) expect(isIP(forwardedFor.split(",").at(-1)!.trim())).not.toBe(0);
  expect(appendsForwardedFor ? body.replace(forwardedFor, "") : body).not.toContain(evil);
  if (!passesSession) expect(body).not.toMatch(/zerohop_session\s*=/);
  expect(body).not.toMatch(/"(upgrade|http2-settings)":/);
  // A header that the client names in Connection is one that the next hop drops.
  const { url, headers } = seen({ body });
  expect(headers.connection ?? "close").toMatch(/^(close|keep-alive)$/i);
  if (url !== "") expect(url).toMatch(/^\//);
}
