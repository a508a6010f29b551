// A gate in the thick of it: requests, the host's answers, bundles, ticks and clocks in any order that bytes can name. Every
// step is checked against what holds in any order: nobody gets what is another's, and whoever waits is answered.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import { FilterModule } from "../../workshop/gate/proxy-wasm/module.ts";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { type Claims, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import { bundle, claims, domain, gateFile, NOW, portal, sessionKey, signBundle, startPolling } from "./gate.ts";

const LEASE = 60;
/** Milliseconds: what a request and what a response may be held, with the ticks that it takes to notice. */
const LONGEST_WAIT = 2200;
const LONGEST_HOLD = 250;
const users = ["alice", "bob", "carol", "dave"];
const hosts = ["app", "app", "public", "two", "admin", "closed"];
const attributes = "Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax";
const otherKey = newSessionKey();

/** What must hold whatever happens did not. */
export class Violation extends Error {}

/** A request on its way, and what it may come to. */
interface Visit {
  readonly exchange: Exchange;
  /** The sessions and credentials it brought, by user. */
  readonly brought: ReadonlySet<string>;
  readonly begun: number;
  wasDecided: boolean;
  responded: number | undefined;
}

/** Of dave, whose tokens refer to it. */
const daves = JSON.stringify({ name: "Dave", groups: ["ops", "of dave alone"] });
const ofDave = {
  ...{ name: "", email: "" },
  groups: { sha512: createHash("sha512").update(daves).digest().subarray(0, 32).toString("base64url") },
};
const profileOf = (user: string) => (user === "dave" ? daves : undefined);

const signed = new Map<string, string>();

/** Tokens are made once for each user and moment: signing takes longer than all the rest. */
function tokenOf(kind: "JWT" | "zerohop-basic+jwt", user: string, iat: number): string {
  const name = `${kind} ${user} ${iat}`;
  const made = signed.get(name);
  if (made) return made;
  const times = { iat, exp: iat + LEASE, session_exp: NOW + 40_000, auth_time: NOW };
  const value = signToken(
    sessionKey,
    claims({ sub: user, sid: `sid of ${user}`, ...times, ...(user === "dave" && ofDave) }),
    { typ: kind },
  );
  signed.set(name, value);
  return value;
}

const credentialOf = (user: string) => Buffer.from(`${user}:demo`).toString("base64");
const claimsOf = (token: string): Claims => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());

const compiled = new FilterModule(new Uint8Array(readFileSync(gateFile)));

export class Interleaving {
  readonly gate: ProxyProcess;
  private visits: Visit[] = [];
  private version = 1;
  private revoked = new Set<string>();
  /** Milliseconds that have passed, whatever the clock says. */
  private passed = 0;

  constructor() {
    this.gate = startPolling(this.content(), { filter: compiled }, { access_log: "all", cache_bytes: 524_288 });
  }

  /** Does what the bytes say, two to a step, and then waits for everything to end. */
  run(bytes: Uint8Array): void {
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      this.step(bytes[i]!, bytes[i + 1]!);
      this.check();
    }
    this.pass(LONGEST_WAIT);
    this.check();
    for (const { exchange } of this.visits) exchange.close();
    this.visits = [];
  }

  private step(operation: number, argument: number): void {
    switch (operation & 15) {
      case 0:
      case 1:
      case 2:
      case 3:
        this.request(operation >> 4, argument);
        break;
      case 4:
      case 5:
        this.respond(argument);
        break;
      case 6:
      case 7:
        this.answerRenewal(operation >> 4, argument);
        break;
      case 8:
      case 9:
        this.answerCredential(operation >> 4, argument);
        break;
      case 10:
        this.pass(50 * (1 + (argument & 7)));
        break;
      case 11:
        this.pass(argument < 250 ? 50 : 10_000);
        break;
      case 12:
        this.publish(operation >> 4, argument);
        break;
      case 13:
        this.gate.setClock(this.gate.clock.now + (argument - 128) * 1000);
        break;
      case 14: {
        const visit = this.visits[argument % (this.visits.length || 1)];
        visit?.exchange.close();
        this.visits = this.visits.filter((other) => other !== visit);
        break;
      }
      default:
        // Streams of other filters have numbers too, and places are shared.
        this.gate.workers[0]!.instance.lastId += 1023 - (argument & 1);
    }
  }

  private request(manner: number, argument: number): void {
    const user = users[argument & 3]!;
    const other = users[(argument >> 2) & 3]!;
    const age = [0, 0, 31, 45, 60, 600, 5000, -600][(argument >> 4) & 7]!;
    const cookie = `zerohop_session=${tokenOf("JWT", user, this.roundedNow(age))}`;
    const brought = new Set<string>();
    const headers: Header[] = [["remote-user", "root"]];
    if (manner & 1) {
      headers.push(["cookie", manner & 2 ? `theme=dark; ${cookie}; a=b` : cookie]);
      brought.add(user);
    } else if (manner & 2) {
      headers.push(["cookie", `zerohop_session=${cookie.slice(30, 90)}; theme=dark`]);
    }
    if (manner & 4) {
      headers.push(["authorization", `Basic ${credentialOf(other)}`]);
      brought.add(other);
    }
    if (manner & 8) headers.push(["upgrade", "websocket"]);
    const host = hosts[(argument ^ manner) % hosts.length]!;
    const exchange = this.gate.request({ url: `https://${host}.example.com/`, headers });
    this.visits.push({ exchange, brought, begun: this.passed, wasDecided: false, responded: undefined });
  }

  private respond(argument: number): void {
    const open = this.visits.filter(
      ({ exchange, responded }) => exchange.outcome.kind === "continued" && responded === undefined,
    );
    const visit = open[argument % (open.length || 1)];
    if (!visit) return;
    visit.responded = this.passed;
    visit.exchange.respond(200, [["set-cookie", "theirs=1"]]);
  }

  private answerRenewal(manner: number, argument: number): void {
    const call = this.callTo("/api/edge/renew", argument);
    if (!call) return;
    const { sub } = claimsOf(call.headers.get("x-zerohop-session")!) as { sub: string };
    const renewed = (user: string) => `zerohop_session=${tokenOf("JWT", user, this.roundedNow(0))}; ${attributes}`;
    const another = users[(users.indexOf(sub) + 1) % users.length]!;
    const cookies: Readonly<Record<number, string>> = {
      8: renewed(another),
      9: "zerohop_session=; Max-Age=0",
      10: `zerohop_session=${signToken(otherKey, claims({ sid: `sid of ${sub}` }), { kid: sessionKey.kid })}`,
      11: `zerohop_session=${tokenOf("zerohop-basic+jwt", sub, this.roundedNow(0))}`,
    };
    if (manner === 12) call.respond({ status: 410 });
    else if (manner === 13) call.respond({ status: 500 });
    else if (manner === 14) call.fail();
    else if (manner === 15) call.respond({ status: 204 });
    else {
      const headers: Header[] = [["set-cookie", cookies[manner] ?? renewed(sub)]];
      // Now and then another's, or none.
      const profile = manner === 7 ? `${daves} ` : manner === 6 ? undefined : profileOf(sub);
      call.respond(profile === undefined ? { status: 204, headers } : { status: 200, headers, body: profile });
    }
  }

  private answerCredential(manner: number, argument: number): void {
    const call = this.callTo("/api/edge/basic", argument);
    if (!call) return;
    const [user] = Buffer.from(call.headers.get("x-zerohop-credential")!, "base64").toString().split(":") as [string];
    if (manner >= 12) call.respond({ status: manner === 12 ? 429 : 500 });
    else if (manner >= 9) call.respond({ status: manner === 9 ? 400 : 403 });
    else if (manner === 8) call.respond({ status: 200, body: tokenOf("JWT", user, this.roundedNow(0)) });
    else if (manner === 7) call.fail();
    else {
      const token = tokenOf("zerohop-basic+jwt", user, this.roundedNow(manner === 6 ? 600 : 0));
      const profile = manner === 5 ? "{}" : profileOf(user);
      call.respond({ status: 200, body: profile === undefined ? token : `${token}\n${profile}` });
    }
  }

  private publish(manner: number, argument: number): void {
    const call = this.callTo("/api/edge/bundle?wait=30", 0);
    if (!call) return;
    if (manner > 12) {
      call.respond({ status: 200, body: manner === 13 ? "noise" : signBundle(bundle({ version: 0 })) });
      return;
    }
    this.version++;
    this.revoked = new Set(users.filter((_, i) => argument & (1 << i)));
    const byUser =
      manner & 1 ? { not_before: Object.fromEntries([...this.revoked].map((user) => [user, NOW * 2])) } : undefined;
    const bySession = { revoked_sessions: [...this.revoked].map((user) => `sid of ${user}`) };
    call.respond({ status: 200, body: signBundle(bundle(this.content(byUser ?? bySession))) });
    // Whoever was let in until all workers have the bundle was let in by the one before.
    this.pass(100);
    for (const visit of this.visits) visit.wasDecided ||= visit.exchange.outcome.kind === "continued";
    // A credential is revoked with its user, not with a session.
    if (!byUser) this.revoked = new Set();
  }

  private content(changed: Claims = {}): Claims {
    const cookies = [{ domain, portal, name: "zerohop_session", basic: ["authorization"] }];
    const iat = Math.floor((this.gate?.clock.now ?? NOW * 1000) / 1000);
    return { version: this.version, iat, cookies, outage_grace: 300, ...changed };
  }

  private callTo(path: string, argument: number): OutboundCall | undefined {
    const calls = [...this.gate.calls].filter(({ headers }) => headers.get(":path") === path);
    return calls[argument % (calls.length || 1)];
  }

  private pass(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= 500) {
      const step = Math.min(left, 500);
      this.gate.advance(step);
      this.passed += step;
    }
  }

  /** Now, so many seconds ago, to a multiple of ten: that tokens can be used again. */
  private roundedNow(age: number): number {
    return Math.floor(this.gate.clock.now / 10_000) * 10 - age;
  }

  private check(): void {
    if (this.gate.traps.length > 0) throw new Violation(`the gate trapped: ${this.gate.traps[0]}`);
    for (const visit of this.visits) this.checkVisit(visit);
  }

  private checkVisit(visit: Visit): void {
    const { exchange, brought, begun, responded } = visit;
    const { outcome, response } = exchange;
    if (outcome.kind === "paused" && this.passed - begun > LONGEST_WAIT)
      throw new Violation("a request waits for ever");
    if (responded !== undefined && !response && this.passed - responded > LONGEST_HOLD && outcome.kind === "continued")
      throw new Violation("a response is held for ever");
    for (const cookie of response?.headers.all("set-cookie") ?? []) this.checkCookie(visit, cookie);
    if (outcome.kind !== "continued" || visit.wasDecided) return;
    visit.wasDecided = true;
    const named = outcome.headers.all("remote-user");
    if (named.length > 1 || named.some((user) => !brought.has(user)))
      throw new Violation(`goes on as ${named}, not as ${[...brought]}`);
    if (named.some((user) => this.revoked.has(user))) throw new Violation(`${named} was revoked`);
    const groups = outcome.headers.get("remote-groups");
    if (named.includes("dave") && groups !== "ops,of dave alone") throw new Violation(`dave goes on in ${groups}`);
    const upstream = [...outcome.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    if (/zerohop_session|eyJ|Basic/.test(upstream)) throw new Violation(`the backend sees ${upstream}`);
    const told = exchange.filterState.get("zerohop.user")?.toString();
    if (told !== named[0]) throw new Violation(`the access log is told of ${told}, the backend of ${named}`);
  }

  private checkCookie({ brought }: Visit, cookie: string): void {
    if (cookie === "theirs=1") return;
    const value = /^zerohop_session=([^;]+); Path/.exec(cookie)?.[1];
    if (!value) throw new Violation(`a response brings ${JSON.stringify(cookie)}`);
    const { sub } = claimsOf(value) as { sub: string };
    if (!brought.has(sub)) throw new Violation(`a response to ${[...brought]} brings the cookie of ${sub}`);
  }
}
