// Makes a configuration of Zerohop's from one of Authelia's, and says what became of each key.
import { fateNamed, fateOf, hasFatesBelow, isEmpty, isOff, refusalOf } from "../../app/config/authelia/keys.ts";
import { joinAddresses, moveRootKeys } from "../../app/config/authelia/older-keys.ts";
import { isMapping, type Mapping, setAt, valueAt } from "../../kit/config/mapping.ts";
import type { Key } from "../../kit/yaml/schema.ts";
import { attempt, autheliasSettings } from "../../session/config.ts";
import { fileOf } from "./filters.ts";
import type { Outcome, ReportLine } from "./report.ts";
import { plain, textOf } from "./sources.ts";

export interface Translation {
  readonly config: Mapping;
  readonly report: readonly ReportLine[];
}

export interface Wishes {
  /** Of the first cookie domain, where Authelia's configuration names none. */
  readonly portalUrl: string | undefined;
  /** Finds a file that Authelia's configuration names on this machine. */
  readonly find: (path: unknown) => string | undefined;
  /** Where the new configuration has its users file. */
  readonly usersFile: string;
  /** Where it has its SQLite database. */
  readonly database: string;
}

export function translate(source: Mapping, ourKeys: readonly Key[], wishes: Wishes): Translation {
  return new Translator(ourKeys, wishes).run(source);
}

/** Keys of ours whose values are the new configuration's own. */
const placed: readonly string[] = [
  "authentication_backend.file.path",
  "storage.local.path",
  "storage.postgres.database",
];

type AutheliasSetting = (typeof autheliasSettings)[keyof typeof autheliasSettings];

class Translator {
  readonly #ours: ReadonlyMap<string, Key>;
  readonly #wishes: Wishes;
  readonly #config: Mapping = {};
  readonly #report: ReportLine[] = [];

  constructor(ourKeys: readonly Key[], wishes: Wishes) {
    this.#ours = new Map(ourKeys.map((key) => [key.name, key]));
    this.#wishes = wishes;
  }

  run(source: Mapping): Translation {
    const { session, access_control: policy, definitions, ...others } = source;
    this.#take(
      withTodaysKeys(others, (line) => this.#report.push(line)),
      [],
    );
    this.#session(isMapping(session) ? session : {}, source);
    this.#policy(isMapping(policy) ? policy : {}, isMapping(definitions) ? definitions : {});
    this.#passkeys(isMapping(source.webauthn) ? source.webauthn : {}, policy);
    this.#places(source);
    return { config: this.#config, report: this.#report };
  }

  #take(value: Mapping, path: readonly string[]): void {
    for (const [step, below] of Object.entries(value)) {
      const inner = [...path, step];
      const key = inner.join(".");
      if (isEmpty(below) || placed.includes(key)) continue;
      const ours = this.#ours.get(key);
      const refused = refusalOf(key, below);
      if (refused !== undefined) this.#say("missing", key, refused);
      else if (ours) this.#put(key, below, ours);
      else this.#decide(key, below, inner);
    }
  }

  #decide(key: string, value: unknown, path: readonly string[]): void {
    const fate = fateNamed(key);
    const isWay = [...this.#ours.keys()].some((name) => name.startsWith(`${key}.`)) || hasFatesBelow(key);
    if (isMapping(value) && isWay && !(fate && "renamed" in fate)) this.#take(value, path);
    else if (fate && "renamed" in fate) this.#put(fate.renamed, value, this.#ours.get(fate.renamed), key);
    else if (fate && "notNeeded" in fate) this.#say("not needed", key, fate.notNeeded);
    else {
      const around = fateOf(path);
      const means =
        around && ("missing" in around ? around.missing : "notNeeded" in around ? around.notNeeded : undefined);
      if (means !== undefined && isOff(value)) this.#say("not needed", key, "it is switched off");
      else this.#say("missing", key, means ?? "it is not known");
    }
  }

  /** Sets a key of ours, which Authelia calls `was`. What is in a file stays there where ours can be. */
  #put(key: string, value: unknown, ours: Key | undefined, was = key): void {
    const file = fileOf(value);
    const name = file !== undefined && ours?.secret ? `${key}_file` : key;
    const meant = file === undefined || !ours?.secret ? fitting(plainly(value), ours) : file;
    setAt(this.#config, name.split("."), meant);
    if (name === was) this.#say("taken", was, "");
    else this.#say("renamed", was, name);
  }

  #say(outcome: Outcome, key: string, words: string): void {
    this.#report.push({ outcome, key, words });
  }

  /** Says something else of a key that was said to be taken. */
  #correct(key: string, words: string): void {
    const taken = this.#report.findIndex((line) => line.key === key && line.outcome === "taken");
    if (taken >= 0) this.#report.splice(taken, 1);
    this.#say("to do", key, words);
  }

  /** Per-domain settings are one here: where they differ, the first counts. */
  #session(session: Mapping, source: Mapping): void {
    const { cookies, domain, ...common } = session;
    this.#take(common, ["session"]);
    const old = typeof domain === "string" ? [{ domain }] : [];
    const entries = (Array.isArray(cookies) ? cookies : old).filter(isMapping);
    const made = entries.map((cookie, index) => {
      const given = cookie.authelia_url ?? cookie.portal_url ?? (index === 0 ? this.#wishes.portalUrl : undefined);
      for (const [key, value] of Object.entries(cookie)) this.#cookieKey(key, value);
      const name = String(cookie.domain).replace(/^\./, "");
      if (given === undefined)
        this.#say(
          "to do",
          "session.cookies[].portal_url",
          `https://auth.${name} is a guess: write where the portal is`,
        );
      return { domain: name, portal_url: given === undefined ? `https://auth.${name}` : this.#origin(textOf(given)) };
    });
    const headers = basicHeaders(valueAt(source, ["server", "endpoints", "authz"]));
    const basic = headers && { basic: { headers } };
    if (basic) this.#say("renamed", "server.endpoints.authz.*.authn_strategies", "session.cookies[].basic.headers");
    if (made.length > 0)
      setAt(
        this.#config,
        ["session", "cookies"],
        made.map((cookie) => ({ ...cookie, ...basic })),
      );
    for (const [key, setting] of Object.entries(autheliasSettings)) this.#cookieSetting(key, setting, entries);
    if (domain !== undefined && !Array.isArray(cookies))
      this.#say("renamed", "session.domain", "session.cookies[].domain");
    if (valueAt(source, ["server", "trusted_proxies"]) === undefined)
      this.#say(
        "to do",
        "server.trusted_proxies",
        "name the networks of your proxies, unless they are on this machine: nobody else's X-Forwarded-* headers are believed",
      );
  }

  #cookieKey(key: string, value: unknown): void {
    const fate = fateNamed(`session.cookies.${key}`);
    if (isEmpty(value) || Object.hasOwn(autheliasSettings, key)) return;
    const refused = refusalOf(`session.cookies.${key}`, value);
    if (refused !== undefined) this.#say("missing", `session.cookies[].${key}`, refused);
    else if (key === "domain" || key === "portal_url") this.#say("taken", `session.cookies[].${key}`, "");
    else if (key === "authelia_url")
      this.#say("renamed", "session.cookies[].authelia_url", "session.cookies[].portal_url");
    else if (fate && "notNeeded" in fate) this.#say("not needed", `session.cookies[].${key}`, fate.notNeeded);
    else this.#say("missing", `session.cookies[].${key}`, "it is not known");
  }

  /** One that a domain does not give is the session's, or Authelia's own. Nobody stays logged in for longer than before. */
  #cookieSetting(key: string, [usual, parse]: AutheliasSetting, cookies: readonly Mapping[]): void {
    if (cookies.every((cookie) => isEmpty(cookie[key]))) return;
    const common = valueAt(this.#config, ["session", key]) ?? usual;
    const values = cookies.map((cookie) => (isEmpty(cookie[key]) ? common : plainly(cookie[key])));
    const meant = values.map((value) => attempt(parse, value));
    const lengths = meant.map((length) => (typeof length === "number" ? length : 0));
    // What is wrong in itself is left to the check.
    const wrong = meant.indexOf(undefined);
    setAt(this.#config, ["session", key], values[wrong < 0 ? lengths.indexOf(Math.min(...lengths)) : wrong]);
    this.#say("renamed", `session.cookies[].${key}`, `session.${key}`);
    const fate = fateNamed(`session.cookies.${key}`);
    if (fate && "missing" in fate && new Set(meant).size > 1)
      this.#say("missing", `session.cookies[].${key}`, fate.missing);
  }

  /** A portal is a whole host. */
  #origin(text: string): string {
    const url = URL.parse(text);
    if (!url) return text;
    if (url.pathname !== "/")
      this.#say(
        "missing",
        "session.cookies[].authelia_url",
        `the path ${url.pathname}: the portal is at the root of its host`,
      );
    return url.origin;
  }

  #policy(policy: Mapping, definitions: Mapping): void {
    const { network, ...otherDefinitions } = definitions;
    const defined = isMapping(network) ? network : {};
    const networks = [
      ...Object.entries(defined).map(([name, addresses]) => ({ name, networks: addresses })),
      ...(Array.isArray(policy.networks) ? policy.networks : []),
    ];
    if (Object.keys(defined).length > 0) this.#say("renamed", "definitions.network", "access_control.networks");
    this.#take(otherDefinitions, ["definitions"]);
    const rules = (Array.isArray(policy.rules) ? policy.rules : []).flatMap((rule) => this.#rule(rule));
    // Authelia's own default where the file says nothing.
    const made = {
      default_policy: policy.default_policy ?? "deny",
      ...(networks.length > 0 && { networks }),
      ...(rules.length > 0 && { rules }),
    };
    this.#config.access_control = plainly(made);
    this.#say("taken", "access_control", "");
  }

  /** Subjects that are clients of Authelia's OpenID Connect provider match nobody here. */
  #rule(rule: unknown): readonly unknown[] {
    if (!isMapping(rule) || rule.subject === undefined || rule.subject === null) return [rule];
    const all = Array.isArray(rule.subject) ? rule.subject : [rule.subject];
    const left = all.filter((one) => !JSON.stringify(one).includes("oauth2:client:"));
    if (left.length === all.length) return [rule];
    this.#say(
      "missing",
      "access_control.rules[].subject",
      "oauth2:client: is a client of Authelia's provider, which nobody is here",
    );
    return left.length === 0 ? [] : [{ ...rule, subject: left }];
  }

  /**
   * Where nothing else is said, Authelia lets nobody in by a passkey alone. Where it does, that is one factor of two, unless told
   * otherwise; here it is always both, which is the same where no rule asks for two.
   */
  #passkeys(webauthn: Mapping, policy: unknown): void {
    const isTrue = (key: string) => isSwitched(webauthn[key], "true");
    const isLogin = isTrue("enable_passkey_login");
    if (isTrue("disable") || isSwitched(webauthn.enable_passkey_login, "false")) return;
    const isEnough = isTrue("experimental_enable_passkey_uv_two_factors");
    if (isLogin && (isEnough || !JSON.stringify(policy ?? {}).includes("two_factor"))) return;
    const key = "webauthn.enable_passkey_login";
    setAt(this.#config, key.split("."), false);
    const asThere = isLogin ? "asks for the password as well" : "takes none alone";
    this.#correct(
      key,
      `is false, for Authelia ${asThere}: here a passkey that verifies its user stands for a password and counts as two factors; write true where that is wanted`,
    );
  }

  /** A certificate that is elsewhere keeps nobody from trying the rest: a proxy that expects it refuses the host until it is there. */
  #certificate(): void {
    const tls = valueAt(this.#config, ["server", "tls"]);
    if (!isMapping(tls)) return;
    for (const [part, file] of Object.entries(tls)) {
      const found = this.#wishes.find(file);
      if (found !== undefined) tls[part] = found;
      else {
        const words = `${textOf(file)} is not on this machine: the host speaks plain HTTP until server.tls names its certificate and key`;
        this.#correct(`server.tls.${part}`, words);
      }
    }
    if (Object.values(tls).some((file) => this.#wishes.find(file) === undefined))
      setAt(this.#config, ["server", "tls"], {});
  }

  /** Authelia sends mail as its user of the mail server where nothing else is said. */
  #sender(): void {
    const smtp = valueAt(this.#config, ["notifier", "smtp"]);
    if (isMapping(smtp) && smtp.sender === undefined && /^[^@\s]+@[^@\s]+$/.test(textOf(smtp.username)))
      smtp.sender = smtp.username;
  }

  /** Files are where the new configuration is, and no database is shared with Authelia. */
  #places(source: Mapping): void {
    const { usersFile, database } = this.#wishes;
    if (valueAt(source, ["authentication_backend", "file"]) !== undefined) {
      setAt(this.#config, ["authentication_backend", "file", "path"], usersFile);
      this.#say(
        "to do",
        "authentication_backend.file.path",
        `${usersFile} beside the configuration: a copy of Authelia's file`,
      );
    }
    this.#certificate();
    this.#sender();
    const postgres = valueAt(source, ["storage", "postgres"]);
    if (isMapping(postgres) && !isEmpty(postgres)) {
      setAt(this.#config, ["storage", "postgres", "database"], "zerohop");
      const mode = valueAt(postgres, ["ssl", "mode"]);
      if ((postgres.tls ?? undefined) === undefined && (isEmpty(mode) || mode === "disable")) {
        setAt(this.#config, ["storage", "postgres", "tls", "disable"], true);
        const words = "is true, for Authelia asks the server for no TLS: take it out where the server has it";
        this.#say("to do", "storage.postgres.tls.disable", words);
      }
      this.#say(
        "to do",
        "storage.postgres.database",
        "make a database zerohop that the user owns: Authelia's own stays as it is",
      );
    } else {
      setAt(this.#config, ["storage", "local", "path"], database);
      if (valueAt(source, ["storage", "local"]) !== undefined)
        this.#say("not needed", "storage.local.path", `${database} beside the configuration is a database of its own`);
    }
    if (
      valueAt(this.#config, ["storage", "encryption_key"]) === undefined &&
      valueAt(this.#config, ["storage", "encryption_key_file"]) === undefined
    )
      this.#say(
        "to do",
        "storage.encryption_key",
        "is in none of the files: write it there, or give it by ZEROHOP_STORAGE_ENCRYPTION_KEY",
      );
  }
}

/** Where each strategy of an endpoint looks for a name and a password. */
const strategies: Readonly<Record<string, readonly string[]>> = {
  HeaderAuthorization: ["authorization"],
  HeaderProxyAuthorization: ["proxy_authorization"],
  HeaderAuthRequestProxyAuthorization: ["proxy_authorization"],
  HeaderLegacy: ["authorization", "proxy_authorization"],
};

/** The headers in which any of the endpoints takes them; undefined where these are both, or one says nothing of it. */
function basicHeaders(endpoints: unknown): readonly string[] | undefined {
  if (!isMapping(endpoints) || isEmpty(endpoints)) return undefined;
  const lists = Object.values(endpoints).map((endpoint) => valueAt(endpoint, ["authn_strategies"]));
  if (!lists.every((list) => Array.isArray(list) && list.length > 0)) return undefined;
  const headers = new Set(
    lists.flat().flatMap((strategy) => {
      if (!isMapping(strategy) || !Object.hasOwn(strategies, String(strategy.name))) return [];
      const schemes = Array.isArray(strategy.schemes) && strategy.schemes.length > 0 ? strategy.schemes : ["basic"];
      return schemes.some((one) => String(one).toLowerCase() === "basic") ? strategies[String(strategy.name)]! : [];
    }),
  );
  return headers.size === 2 ? undefined : [...headers];
}

/** The same with the keys of today, and with addresses that the host can have. */
function withTodaysKeys(source: Mapping, say: (line: ReportLine) => void): Mapping {
  const result = structuredClone(source);
  for (const { from, to } of [...moveRootKeys(result), ...joinAddresses(result, textOf)])
    say({ outcome: "renamed", key: from.join("."), words: to.join(".") });
  const server = valueAt(result, ["server"]);
  if (isMapping(server) && typeof server.address === "string") {
    const path = /^(?:tcp[46]?:\/\/|(?!tcp))[^/?]*(\/[^?]+|\/?\?.+)$/.exec(server.address);
    if (/^(unix|fd):/.test(server.address)) {
      say({
        outcome: "missing",
        key: "server.address",
        words: "a Unix socket: the host listens on TCP, at 127.0.0.1:9091",
      });
      delete server.address;
    } else if (path) {
      server.address = server.address.slice(0, -path[1]!.length);
      say({ outcome: "missing", key: "server.address", words: `${path[1]}: the portal is at the root of its host` });
    }
  }
  return result;
}

/** Of a switch, which a filter or quotes make a text. */
function isSwitched(value: unknown, way: "true" | "false"): boolean {
  return value !== undefined && textOf(value) === way;
}

/** A value as its key takes it: Authelia reads `'3'` where it wants a number, and 123 where it wants a text. */
function fitting(value: unknown, ours: Key | undefined): unknown {
  if (!ours || typeof value === "object" || ours.schema.safeParse(value).success) return value;
  const other = typeof value === "string" ? plain(value.toLowerCase()) : String(value);
  return ours.schema.safeParse(other).success ? other : value;
}

/** A value without what stands for files. */
function plainly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainly);
  if (isMapping(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainly(inner)]));
  return fileOf(value) === undefined ? value : textOf(value);
}
