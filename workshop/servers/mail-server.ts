// A real SMTP server on loopback, with a certificate of its own authority and a login, and a memory of what it was given.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";
import type { SmtpSettings } from "../../host/notify/smtp.ts";
import { tlsFiles } from "../certificates/tls-files.ts";

/** The name in the server's certificate. */
export const serverName = "mail.test";
export const login = { username: "zerohop@mail.test", password: "the mail server's password" };

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether it came over TLS, and from whom who had logged in. */
  readonly secure: boolean;
  readonly user: string | undefined;
  /** As it came over the wire. */
  readonly source: string;
  /** Unfolded, in order, with encoded words decoded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The bodies by media type, decoded. */
  readonly bodies: Readonly<Record<string, string>>;
}

export interface MailServer {
  readonly port: number;
  /** Of its authority. */
  readonly ca: string;
  readonly authorityFile: string;
  readonly received: readonly ReceivedMail[];
  /** How it answers from now on: an SMTP status for recipients or mails, or a wait in milliseconds before it takes a mail. */
  behaviour: { recipient?: number; data?: number; delay?: number };
  /** What a host needs to use it. */
  settings(changes?: Partial<SmtpSettings>): SmtpSettings;
  stop(): Promise<void>;
  /** Starts again on the same port. */
  start(): Promise<void>;
}

export interface MailServerOptions {
  readonly starttls?: boolean;
  /** TLS from the first byte on. */
  readonly implicitTls?: boolean;
  /** The domain that the certificate is for. */
  readonly certificateFor?: string;
}

/** It ends with the test or the suite. */
export async function startMailServer({
  starttls = true,
  implicitTls = false,
  certificateFor = serverName,
}: MailServerOptions = {}): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-mail-"));
  const tls = await tlsFiles(folder, certificateFor);
  const received: ReceivedMail[] = [];
  let server: SMTPServer | undefined;
  let port = 0;

  const refusal = (status: number) =>
    Object.assign(new Error(`no ${login.password} of yours`), { responseCode: status });
  const options: SMTPServerOptions = {
    ...{ key: readFileSync(tls.key), cert: readFileSync(tls.certificate), secure: implicitTls },
    ...{ authOptional: !starttls && !implicitTls, closeTimeout: 100, logger: false, disableReverseLookup: true },
    ...(!starttls && { disabledCommands: ["STARTTLS", "AUTH"] }),
    onAuth: ({ username, password }, _session, callback) =>
      username === login.username && password === login.password
        ? callback(null, { user: username })
        : callback(refusal(535)),
    onRcptTo: (_address, _session, callback) => {
      const { recipient } = mail.behaviour;
      callback(recipient === undefined ? null : refusal(recipient));
    },
    onData: async (stream, session, callback) => {
      const { delay = 0, data } = mail.behaviour;
      try {
        const source = await text(stream);
        await sleep(delay);
        if (data !== undefined) return callback(refusal(data));
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: session.user === undefined ? undefined : String(session.user),
          source,
          ...parsed(source),
        });
        callback(null);
      } catch {
        // The client has gone.
      }
    },
  };
  const mail: MailServer = {
    get port() {
      return port;
    },
    ...{ ca: readFileSync(tls.authority, "utf8"), authorityFile: tls.authority, received, behaviour: {} },
    settings: (changes = {}) => ({
      ...{ host: "127.0.0.1", port, implicitTls, requireTls: true, disableStartTls: false },
      tls: { ca: mail.ca, serverName, skipVerify: false, minimumVersion: "TLSv1.2" },
      ...{ ...login, sender: { name: "Zerohop", address: "zerohop@mail.test" }, identifier: "localhost" },
      ...{ subject: "[Zerohop] {title}", startupCheckAddress: undefined, html: true, timeout: 20 },
      ...changes,
    }),
    async stop() {
      const closing = server;
      server = undefined;
      if (closing) await new Promise<void>((resolve) => closing.close(resolve));
    },
    async start() {
      server = new SMTPServer(options);
      server.on("error", () => {});
      const listening = server.listen(port, "127.0.0.1");
      await once(listening, "listening");
      port = (listening.address() as AddressInfo).port;
    },
  };
  await mail.start();
  onTestFinished(async () => {
    await mail.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return mail;
}

/** Reads a message (RFC 5322) of the kinds that the host sends: text, or text and HTML as alternatives. */
function parsed(source: string): Pick<ReceivedMail, "headers" | "bodies"> {
  const [head = "", body = ""] = halves(source);
  const headers = headersOf(head);
  const boundary = /boundary="([^"]+)"/.exec(value(headers, "content-type"))?.[1];
  const parts = boundary === undefined ? [source] : body.split(`--${boundary}`).slice(1, -1);
  const bodies: Record<string, string> = {};
  for (const part of parts) {
    const [partHead = "", content = ""] = halves(part.replace(/^\r\n/, ""));
    const partHeaders = headersOf(partHead);
    const type = value(partHeaders, "content-type").split(";")[0]!.toLowerCase();
    bodies[type] = decoded(content, value(partHeaders, "content-transfer-encoding"));
  }
  return { headers, bodies };
}

function halves(text: string): string[] {
  const end = text.indexOf("\r\n\r\n");
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 4)];
}

function headersOf(head: string): (readonly [string, string])[] {
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  return lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())] as const;
  });
}

function value(headers: readonly (readonly [string, string])[], name: string): string {
  return headers.find(([key]) => key === name)?.[1] ?? "";
}

/** Encoded words (RFC 2047). */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_all, encoding: string, content: string) =>
      encoding.toUpperCase() === "B"
        ? Buffer.from(content, "base64").toString()
        : decoded(content.replaceAll("_", " "), "quoted-printable"),
    );
}

function decoded(content: string, encoding: string): string {
  if (encoding.toLowerCase() === "base64") return Buffer.from(content, "base64").toString();
  if (encoding.toLowerCase() !== "quoted-printable") return content.trimEnd();
  const bytes = content
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString().trimEnd();
}
