// The section `notifier`, with Authelia's names for its keys: how the host sends e-mail.
import { resolve } from "node:path";
import type { z } from "zod";
import { duration } from "../kit/config/duration.ts";
import { isMapping, type Mapping } from "../kit/config/mapping.ts";
import { named } from "../kit/config/named.ts";
import type { Report } from "../kit/config/report.ts";
import { configSection } from "../kit/config/section.ts";
import { flag, oneOf, optionalLeaf, optionalSecret, readCertificates } from "../kit/config/values.ts";
import { describe, leaf, Mistake, section } from "../kit/yaml/schema.ts";
import { headerText, mailAddress } from "./address.ts";
import type { Recipient } from "./mail.ts";
import type { SmtpSettings } from "./smtp.ts";

export interface NotifierConfig {
  readonly startupCheck: boolean;
  /** Exactly one of the two is not null. */
  readonly smtp: SmtpSettings | null;
  /** Absolute path of the file that mails are written to. */
  readonly file: string | null;
}

/** Schemes and their ports (RFC 6409; RFC 8314, section 7.3). */
const ports: Readonly<Record<string, number>> = { "smtp:": 25, "submission:": 587, "submissions:": 465 };

const filename = leaf(
  (value) => required(value, "the path of the file that mails are written to"),
  "the path of a file",
);

const smtp = section({
  address: leaf(parseAddress, "`submission://HOST[:PORT]`, `submissions://HOST[:PORT]` or `smtp://HOST[:PORT]`"),
  timeout: duration("1s", "20s").prefault("5s"),
  username: optionalLeaf((text) => parseText(text, "the name to log in with"), "a text"),
  password: optionalSecret,
  sender: leaf(parseSender, "an e-mail address, or a name and an address in `<>`"),
  identifier: leaf(parseIdentifier, "a host name").prefault("localhost"),
  subject: leaf(parseSubject, "a text with `{title}` in it").prefault("[Zerohop] {title}"),
  startup_check_address: optionalLeaf((text) => parseMailbox(text).address, "an e-mail address"),
  disable_require_tls: flag(false),
  disable_starttls: flag(false),
  disable_html_emails: flag(false),
  tls: section({
    ca_file: optionalLeaf((text) => parseText(text, "the path of a PEM file"), "the path of a PEM file"),
    server_name: optionalLeaf(parseServerName, "a host name or an IP address"),
    skip_verify: flag(false),
    minimum_version: oneOf(["TLS1.2", "TLS1.3"]).prefault("TLS1.2"),
  }),
});

export const notifierSection = configSection({
  keys: {
    notifier: section({
      disable_startup_check: flag(false),
      filesystem: section({ filename }).optional(),
      smtp: smtp.optional(),
    })
      .meta({ oneOf: [{ required: ["smtp"] }, { required: ["filesystem"] }] })
      .optional(),
  },
  config: ({ notifier }, { folder }): NotifierConfig | null => {
    if (!notifier) return null;
    const { smtp, filesystem, disable_startup_check } = notifier;
    return {
      startupCheck: !disable_startup_check,
      smtp: smtp ? smtpFrom(smtp, folder) : null,
      file: filesystem ? resolve(folder, filesystem.filename) : null,
    };
  },
  check: checkNotifier,
});

/** What must hold between the keys, beyond each being right by itself. */
function checkNotifier(config: Mapping, folder: string, report: Report): void {
  const notifier = config.notifier;
  if (notifier === undefined || notifier === null) {
    // The key without a value is the section with nothing in it.
    if (notifier === null) report.add(["notifier"], missingKind, "key");
    return;
  }
  if (!isMapping(notifier)) return;
  const path = ["notifier"];
  const given = (key: string) => notifier[key] !== undefined;
  if (given("smtp") && given("filesystem"))
    report.add([...path, "filesystem"], "only one of smtp and filesystem can be given", "key");
  else if (!given("smtp") && !given("filesystem")) report.add(path, missingKind, "key");
  if (isMapping(notifier.smtp)) checkSmtp(notifier.smtp, folder, report);
}

const missingKind = "must say where mails go: either smtp or filesystem";

function checkSmtp(smtp: Mapping, folder: string, report: Report): void {
  const path = ["notifier", "smtp"];
  const implicitTls = /^submissions:/i.test(String(smtp.address));
  if (smtp.disable_starttls === true && smtp.disable_require_tls !== true && !implicitTls)
    report.add([...path, "disable_starttls"], "needs disable_require_tls: true; mails would go out without TLS");
  const given = (key: string) => smtp[key] !== undefined && smtp[key] !== null;
  if (given("password") && !given("username"))
    report.add([...path, "username"], "is required beside notifier.smtp.password", "key");
  if (given("username") && !given("password"))
    report.add([...path, "password"], "is required beside notifier.smtp.username", "key");
  const ca = isMapping(smtp.tls) ? smtp.tls.ca_file : undefined;
  if (typeof ca === "string" && readCertificates(resolve(folder, ca)) === undefined)
    report.add([...path, "tls", "ca_file"], `${ca} cannot be read`);
}

function smtpFrom(keys: z.output<typeof smtp>, folder: string): SmtpSettings {
  const { address, tls, disable_require_tls, disable_starttls, disable_html_emails, ...others } = keys;
  const { ca_file, server_name, skip_verify, minimum_version } = tls;
  return {
    ...{ ...named(others), ...address },
    requireTls: !disable_require_tls,
    disableStartTls: disable_starttls,
    html: !disable_html_emails,
    tls: {
      ca: ca_file === undefined ? undefined : readCertificates(resolve(folder, ca_file)),
      serverName: server_name,
      skipVerify: skip_verify,
      minimumVersion: minimum_version === "TLS1.2" ? "TLSv1.2" : "TLSv1.3",
    },
  };
}

function required(value: unknown, what: string): string {
  if (value === undefined || value === null || value === "") throw new Mistake(`is required: ${what}`);
  return parseText(value, what);
}

function parseText(value: unknown, what: string): string {
  if (typeof value === "string" && value !== "" && !/\p{Cc}/u.test(value)) return value;
  throw new Mistake(`must be ${what}, not ${describe(value)}`);
}

function parseAddress(value: unknown): Pick<SmtpSettings, "host" | "port" | "implicitTls"> {
  const what = "the mail server's address, such as submission://mail.example.com:587";
  const text = required(value, what);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usual = url && ports[url.protocol];
  const extra = url && (url.username || url.password || url.search || url.hash || !["", "/"].includes(url.pathname));
  if (!url || usual === undefined || url.hostname === "" || extra || url.port === "0")
    throw new Mistake(
      `must be smtp://HOST, submission://HOST or submissions://HOST, with a port or without, not ${describe(value)}`,
    );
  const port = url.port === "" ? usual : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, implicitTls: url.protocol === "submissions:" };
}

function parseSender(value: unknown): Recipient {
  return parseMailbox(required(value, "who mails are from, such as Zerohop <zerohop@example.com>"));
}

/** Reads `Name <address>` or an address alone. */
function parseMailbox(value: unknown): Recipient {
  const match = typeof value === "string" ? /^(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))$/.exec(value.trim()) : null;
  const address = mailAddress((match?.[2] ?? match?.[3] ?? "").trim());
  if (!match || address === undefined)
    throw new Mistake(
      `must be an e-mail address, such as Zerohop <zerohop@example.com> or zerohop@example.com, not ${describe(value)}`,
    );
  return { name: headerText(match[1] ?? ""), address };
}

/** A domain or an address literal (RFC 5321, section 4.1.1.1). */
function parseIdentifier(value: unknown): string {
  if (
    typeof value === "string" &&
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.IPv]+\])$/.test(value)
  )
    return value;
  throw new Mistake(`must be the name of this machine, not ${describe(value)}`);
}

function parseSubject(value: unknown): string {
  const text = parseText(value, "a text with {title} in it");
  if (text.includes("{title}")) return text;
  throw new Mistake("must contain {title}, which stands for what the mail is about");
}

function parseServerName(value: unknown): string {
  if (typeof value === "string" && /^[A-Za-z0-9.:-]{1,253}$/.test(value)) return value;
  throw new Mistake(`must be the name in the server's certificate, not ${describe(value)}`);
}
