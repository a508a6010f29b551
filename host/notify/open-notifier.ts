// The notifier that the config asks for.
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import type { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import type { Logger } from "../kit/log.ts";
import type { NotifierConfig } from "./config.ts";
import type { Carrier } from "./mail.ts";
import { MailFile } from "./mail-file.ts";
import { Notifier } from "./notifier.ts";
import type { OutboxStore } from "./outbox-store.ts";
import type { SmtpSettings } from "./smtp.ts";

interface Parts {
  readonly store: OutboxStore;
  readonly encryption: KeyEncryption;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Undefined when the config has none. Whether it can deliver is found out in the background, and told in the log. */
export async function openNotifier(
  config: NotifierConfig | null,
  { audit, ...parts }: Parts,
): Promise<Notifier | undefined> {
  if (!config) return undefined;
  const carrier = config.smtp ? await openSmtp(config.smtp) : new MailFile(config.file!);
  const notifier = new Notifier({
    ...parts,
    carrier,
    gaveUp: ({ purpose, username, reason }) =>
      audit.record({ action: "mail", outcome: "failure", by: "host", user: username, detail: { purpose, reason } }),
  });
  if (config.smtp?.tls.skipVerify) parts.log.warn("notifier.smtp.tls.skip_verify: anybody can be the mail server");
  if (config.startupCheck) void notifier.check();
  return notifier;
}

/** What only who sends by SMTP has to load. */
async function openSmtp(settings: SmtpSettings): Promise<Carrier> {
  const { SmtpCarrier } = await import("./smtp.ts");
  return new SmtpCarrier(settings);
}
