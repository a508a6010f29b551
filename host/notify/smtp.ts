// Delivers mails to an SMTP server (RFC 5321, RFC 6409), over TLS unless the config says otherwise.
import { Readable } from "node:stream";
import { createTransport, type Transporter } from "nodemailer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { headerText, mailAddress } from "./address.ts";
import { type Carrier, type Letter, type Recipient, Undelivered } from "./mail.ts";

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte on, without STARTTLS (RFC 8314). */
  readonly implicitTls: boolean;
  /** Nothing is said without TLS. */
  readonly requireTls: boolean;
  /** STARTTLS is not used even where the server has it. */
  readonly disableStartTls: boolean;
  readonly tls: {
    /** PEM; undefined: the authorities that Node knows. */
    readonly ca: string | undefined;
    readonly serverName: string | undefined;
    readonly skipVerify: boolean;
    readonly minimumVersion: "TLSv1.2" | "TLSv1.3";
  };
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sender: Recipient;
  /** What the host calls itself (EHLO). */
  readonly identifier: string;
  /** Holds `{title}`. */
  readonly subject: string;
  /** Whom the check at the start names as a recipient; nothing is sent. */
  readonly startupCheckAddress: string | undefined;
  readonly html: boolean;
  /** For each step: the connection, the greeting, an answer. Seconds. */
  readonly timeout: number;
}

export class SmtpCarrier implements Carrier {
  readonly #settings: SmtpSettings;
  readonly #transport: Transporter;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
    const auth = credentialsOf(settings);
    this.#transport = createTransport({
      ...{ ...connectionOf(settings), disableFileAccess: true, disableUrlAccess: true },
      // A server that is said to need a login does not get mails without one.
      ...(auth && { auth, forceAuth: true }),
    });
  }

  async deliver({ id, to, mail, writtenAt }: Letter, signal: AbortSignal): Promise<void> {
    const { sender, subject, html } = this.#settings;
    const recipient = mailAddress(to.address);
    if (recipient === undefined) throw new Undelivered("the user's e-mail address is none", true);
    const [, senderDomain] = sender.address.split("@");
    await this.#attempt(
      this.#transport.sendMail({
        from: { name: headerText(sender.name), address: sender.address },
        to: { name: headerText(to.name), address: recipient },
        // What is in the header has no say in where the mail goes.
        envelope: { from: sender.address, to: [recipient] },
        subject: headerText(subject.replace("{title}", () => mail.title)),
        messageId: `<${id}@${senderDomain}>`,
        date: new Date(writtenAt * 1000),
        // Absence notices are for people (RFC 3834, section 5).
        headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
        text: mail.text,
        ...(html && { html: mail.html }),
        signal,
      }),
    );
  }

  async check(signal: AbortSignal): Promise<void> {
    const { startupCheckAddress } = this.#settings;
    if (startupCheckAddress === undefined) await this.#attempt(this.#transport.verify());
    else await this.#attempt(this.#ask(startupCheckAddress, signal));
  }

  /** Goes up to the point where the server asks for the mail, and hangs up: what has no end is not delivered. */
  #ask(recipient: string, signal: AbortSignal): Promise<void> {
    const connection = new SMTPConnection(connectionOf(this.#settings));
    const auth = credentialsOf(this.#settings);
    const envelope = { from: this.#settings.sender.address, to: [recipient] };
    const asked = new Promise<void>((resolve, reject) => {
      const then = (next: () => void) => (error?: Error | null) => (error ? reject(error) : next());
      const mail = new Readable({ read: () => resolve() });
      const send = () => connection.send(envelope, mail, then(resolve));
      connection.once("error", reject);
      signal.addEventListener("abort", () => reject(signal.reason));
      connection.connect(then(() => (auth ? connection.login(auth, then(send)) : send())));
    });
    return asked.finally(() => connection.close());
  }

  async #attempt(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const { code, command, responseCode, message } = error as Error & {
        readonly code?: string;
        readonly command?: string;
        readonly responseCode?: number;
      };
      // The server will not have this recipient or this mail. Whatever else it says 5xx to is for the operator to put right.
      const forGood = responseCode !== undefined && responseCode >= 500 && /^(RCPT TO|DATA)$/.test(command ?? "");
      // The server's own words may repeat what it was told.
      const reason = responseCode === undefined ? message : `the server answered ${responseCode} to ${command}`;
      throw new Undelivered(`${code ?? "error"}: ${headerText(reason)}`, forGood);
    }
  }
}

function connectionOf(settings: SmtpSettings) {
  const { host, port, implicitTls, requireTls, disableStartTls, tls, identifier } = settings;
  const timeout = settings.timeout * 1000;
  return {
    ...{ host, port, name: identifier, logger: false },
    ...{ secure: implicitTls, requireTLS: requireTls && !implicitTls, ignoreTLS: disableStartTls },
    ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout, dnsTimeout: timeout },
    tls: {
      rejectUnauthorized: !tls.skipVerify,
      minVersion: tls.minimumVersion,
      ...(tls.ca !== undefined && { ca: tls.ca }),
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
    },
  };
}

function credentialsOf({ username, password }: SmtpSettings) {
  return username === undefined ? undefined : { user: username, pass: password ?? "" };
}
