// Where and when something happened, and whom it concerns, as e-mails tell it.
import type { Language } from "../languages/language.ts";
import { deviceName } from "../pages/device.ts";

export interface Circumstances {
  /** The account's name. */
  readonly username: string;
  /** Seconds since the epoch. */
  readonly time: number;
  /** The visitor's IP address, where there is a visitor. */
  readonly address?: string | undefined;
  /** The visitor's User-Agent header. */
  readonly userAgent?: string | undefined;
}

export function circumstances(
  language: Language,
  { username, time, address, userAgent }: Circumstances,
): (readonly [name: string, value: string])[] {
  const { mail } = language.texts;
  return [
    [mail.account, username],
    [mail.time, language.moment(time)],
    ...(address === undefined ? [] : [[mail.address, address] as const]),
    ...(userAgent === undefined ? [] : [[mail.device, deviceName(userAgent, language)] as const]),
  ];
}
