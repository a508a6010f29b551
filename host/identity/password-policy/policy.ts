// What a new password must be like. Passwords that are in use are not looked at again.

import { QueueFull, WorkQueue } from "../../kit/work-queue.ts";
import { longestPassword, preparedPassword } from "../passwords/password-text.ts";
import type { PasswordPolicyConfig } from "./config.ts";
import { assessStrength, type Weakness } from "./strength.ts";

/** What is wrong with a password; the words for it are the reader's. */
export type PasswordMistake =
  | "empty"
  | "too_short"
  | "too_long"
  | "control_character"
  | "no_uppercase"
  | "no_lowercase"
  | "no_number"
  | "no_special"
  | `guessable_${Weakness}`;

/** What a page tells before anything is typed. */
export interface PasswordRules {
  /** Code points. */
  readonly minLength: number;
  /** Code points; null: as many as a login takes. */
  readonly maxLength: number | null;
  readonly requires: readonly CharacterClass[];
  /** Whether a password that is easy to guess is refused. */
  readonly strong: boolean;
}

export type CharacterClass = "uppercase" | "lowercase" | "number" | "special";

const characters: Readonly<Record<CharacterClass, RegExp>> = {
  uppercase: /\p{Lu}/u,
  lowercase: /\p{Ll}/u,
  number: /\p{Nd}/u,
  special: /[^\p{L}\p{N}\p{M}]/u,
};

/** Nothing could be found out about a password: too many are being looked at. */
export class PasswordNotAssessed extends Error {}

/** One thread at a time computes; each costs half a second at the worst. Of one person two wait, a page and its repetition. */
const capacity = 64;
const share = 2;

/** Whose password it is: what is theirs is no password. */
interface Person {
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly email?: string | undefined;
}

export class PasswordPolicy {
  readonly rules: PasswordRules;
  readonly #minScore: number;
  /** Words of the place that a password is for: people put them into their passwords. */
  readonly #placeWords: readonly string[];
  readonly #assessments = new WorkQueue(1, capacity, share);

  /** `place`: names of the portal. */
  constructor({ standard, zxcvbn }: PasswordPolicyConfig, place: readonly string[]) {
    const classes: readonly CharacterClass[] = ["uppercase", "lowercase", "number", "special"];
    const required: Readonly<Record<CharacterClass, boolean>> = {
      uppercase: standard.requireUppercase,
      lowercase: standard.requireLowercase,
      number: standard.requireNumber,
      special: standard.requireSpecial,
    };
    this.rules = standard.enabled
      ? {
          minLength: standard.minLength,
          maxLength: standard.maxLength,
          requires: classes.filter((name) => required[name]),
          strong: zxcvbn.enabled,
        }
      : { minLength: 1, maxLength: null, requires: [], strong: zxcvbn.enabled };
    this.#minScore = zxcvbn.minScore;
    this.#placeWords = place.flatMap(wordsOf);
  }

  /**
   * Everything that is wrong with a new password of a person; nothing when it is good enough. Throws PasswordNotAssessed when
   * too many are being looked at.
   */
  async mistakesIn(password: string, person: Person): Promise<PasswordMistake[]> {
    const text = preparedPassword(password);
    const mistakes = this.#mistakesInForm(text);
    // What is no password at all is not worth the work, nor is there more to say about it.
    const beyond: readonly PasswordMistake[] = ["empty", "too_long", "control_character"];
    if (!this.rules.strong || mistakes.some((mistake) => beyond.includes(mistake))) return mistakes;
    const own = [person.name, person.displayName ?? "", person.email ?? ""].flatMap(wordsOf);
    const words = [...own, ...this.#placeWords];
    if (isMadeOf(words, text)) return [...mistakes, "guessable_personal"];
    try {
      const { score, weakness } = await this.#assessments.run(
        () => assessStrength({ password: text, words }),
        person.name,
      );
      return score < this.#minScore ? [...mistakes, `guessable_${weakness}`] : mistakes;
    } catch (error) {
      if (error instanceof QueueFull) throw new PasswordNotAssessed("too many passwords at once");
      throw error;
    }
  }

  #mistakesInForm(text: string): PasswordMistake[] {
    const { minLength, maxLength, requires } = this.rules;
    if (text === "") return ["empty"];
    // Code points, as NIST SP 800-63B-4 (section 3.1.1.2) counts them.
    const length = [...text].length;
    const mistakes: PasswordMistake[] = [];
    if (length < minLength) mistakes.push("too_short");
    if (length > (maxLength ?? longestPassword) || text.length > longestPassword) mistakes.push("too_long");
    // No password field takes them, and Basic credentials cannot carry them (RFC 7617, section 2).
    if (/\p{Cc}|\p{Cs}/u.test(text)) mistakes.push("control_character");
    for (const name of requires) if (!characters[name].test(text)) mistakes.push(`no_${name}`);
    return mistakes;
  }
}

/** A name whole, and the words that it is made of. */
function wordsOf(name: string): string[] {
  const words = [name, ...name.split(/[^\p{L}\p{N}\p{M}]+/u)].map((word) => word.toLowerCase());
  return [...new Set(words)].filter((word) => word.length >= 3);
}

/** Characters beside such words that make a password more than them. */
const fewestOthers = 6;

/** Whether there is hardly anything in a text but these words: several of them in a row count for much with zxcvbn. */
function isMadeOf(words: readonly string[], text: string): boolean {
  let rest = text.toLowerCase();
  for (const word of words.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(word, "");
  return rest.length < text.length && [...rest].length < fewestOthers;
}
