// One language: its texts, and times as it writes them.
import type { Texts } from "./en.ts";

/** Seconds. The largest that fits is used. */
const units: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

type DurationUnit = "second" | "minute" | "hour";

/** RFC 5646. */
export type LanguageTag = "en" | "de" | "fr" | "es" | "zh" | "ja";

export class Language {
  /** It goes into `lang` and Content-Language. */
  readonly tag: LanguageTag;
  /** In the language itself. */
  readonly name: string;
  readonly texts: Texts;
  readonly #ago: () => Intl.RelativeTimeFormat;
  readonly #date: () => Intl.DateTimeFormat;
  readonly #durations: Readonly<Record<DurationUnit, () => Intl.NumberFormat>>;

  constructor(tag: LanguageTag, name: string, texts: Texts) {
    this.tag = tag;
    this.name = name;
    this.texts = texts;
    this.#ago = onceAsked(() => new Intl.RelativeTimeFormat(tag, { numeric: "auto" }));
    this.#date = onceAsked(
      () => new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }),
    );
    const duration = (unit: DurationUnit) =>
      onceAsked(() => new Intl.NumberFormat(tag, { style: "unit", unitDisplay: "long", unit }));
    this.#durations = { second: duration("second"), minute: duration("minute"), hour: duration("hour") };
  }

  /** A length of time, rounded up, in the largest unit that fits: `1 second`, `40 seconds`, `5 minutes`, `2 hours`. */
  duration(seconds: number): string {
    if (seconds < 60) return this.#durations.second().format(seconds);
    const minutes = Math.ceil(seconds / 60);
    if (minutes < 120) return this.#durations.minute().format(minutes);
    return this.#durations.hour().format(Math.ceil(seconds / 3600));
  }

  /** How long ago something was: `just now`, `3 days ago`. Needs no time zone. */
  ago(seconds: number): string {
    const unit = units.find(([, length]) => seconds >= length);
    return unit ? this.#ago().format(-Math.floor(seconds / unit[1]), unit[0]) : this.texts.justNow;
  }

  /** Date and time of a moment in seconds since the epoch, in UTC, as nobody's time zone is known. */
  moment(time: number): string {
    return `${this.#date().format(time * 1000)} UTC`;
  }
}

/** Made when somebody first asks for it: the formats of all languages together take 9 MB of what Node knows of languages. */
function onceAsked<Format>(make: () => Format): () => Format {
  let made: Format | undefined;
  return () => (made ??= make());
}
