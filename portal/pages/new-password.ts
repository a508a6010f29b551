// The rules for a new password, shown before one is typed, and the problems of a refused one.
import { html } from "hono/html";
import type { Language } from "../languages/language.ts";
import type { Fragment } from "./layout.ts";
import { passwordField } from "./password-field.ts";
import type { Site } from "./site.ts";

export interface PasswordRules {
  /** Characters. */
  readonly minLength: number;
  /** Characters; null: there is no limit that anybody meets. */
  readonly maxLength: number | null;
  readonly requires: readonly CharacterClass[];
  /** Whether passwords that are easy to guess are refused. */
  readonly strong: boolean;
}

export type CharacterClass = "uppercase" | "lowercase" | "number" | "special";

export type NewPasswordMistake =
  | "empty"
  | "too_short"
  | "too_long"
  | "control_character"
  | `no_${CharacterClass}`
  | "guessable_personal"
  | "guessable_common"
  | "guessable_pattern"
  | "guessable_plain"
  | "unchanged"
  | "directory"
  | DirectorysWords
  /** The second time it was typed in another way. */
  | "different";

/** Why a new password was not set. */
export type NewPasswordProblem =
  | { readonly kind: "mistakes"; readonly mistakes: readonly NewPasswordMistake[] }
  | { readonly kind: "unavailable" };

/** Why the directory does not take a password, as it says itself. */
export type DirectorysWords = `directory: ${string}`;

interface NewPassword {
  readonly site: Site;
  readonly username: string;
  readonly rules: PasswordRules;
  /** Whether there is an element with the id `error` that speaks of the new password. */
  readonly wrong: boolean;
  readonly autofocus?: boolean;
}

/** The two fields, with the user name beside them for password managers. */
export function newPasswordFields({ site, username, rules, wrong, autofocus = false }: NewPassword): Fragment {
  const { password } = site.language.texts;
  const shared = { site, autocomplete: "new-password", wrong, minLength: rules.minLength } as const;
  const error = wrong ? ["error"] : [];
  return html`<input type="text" name="username" value="${username}" autocomplete="username" hidden readonly />
        ${passwordField({
          ...shared,
          name: "password",
          label: password.new,
          describedBy: [...error, "rules"],
          rules: rulesForManagers(rules),
          autofocus,
        })}
        ${ruleList(rules, site.language)}
        ${passwordField({ ...shared, name: "password_again", label: password.again, describedBy: error })}`;
}

/** Says why a new password was not set. */
export function problemText(problem: NewPasswordProblem, rules: PasswordRules, language: Language): string {
  if (problem.kind === "unavailable") return language.texts.password.unavailable;
  return mistakesText(problem.mistakes, rules, language);
}

/** Everything that is wrong, a sentence each. */
export function mistakesText(
  mistakes: readonly NewPasswordMistake[],
  rules: PasswordRules,
  language: Language,
): string {
  return mistakes.map((mistake) => mistakeText(mistake, rules, language)).join(" ");
}

function mistakeText(mistake: NewPasswordMistake, rules: PasswordRules, { texts }: Language): string {
  const { mistakes } = texts.password;
  if (isDirectorysWords(mistake)) return `${mistakes.directory} (${mistake.slice("directory: ".length)})`;
  switch (mistake) {
    case "too_short":
      return mistakes.too_short(rules.minLength);
    case "too_long":
      return rules.maxLength === null ? mistakes.far_too_long : mistakes.too_long(rules.maxLength);
    default:
      return mistakes[mistake];
  }
}

function isDirectorysWords(mistake: NewPasswordMistake): mistake is DirectorysWords {
  return mistake.startsWith("directory: ");
}

function ruleList({ minLength, maxLength, requires, strong }: PasswordRules, { texts }: Language): Fragment {
  const { rules } = texts.password;
  const items = [
    ...(minLength > 1 ? [rules.minLength(minLength)] : []),
    ...(maxLength === null ? [] : [rules.maxLength(maxLength)]),
    ...requires.map((name) => rules[name]),
    ...(strong ? [rules.strong] : []),
  ];
  return html`<ul class="rules" id="rules">
          ${items.map((item) => html`<li>${item}</li>`)}
        </ul>`;
}

/** The passwordrules attribute, as Safari and others know it. */
function rulesForManagers({ minLength, maxLength, requires }: PasswordRules): string {
  const classes = { uppercase: "upper", lowercase: "lower", number: "digit", special: "special" } as const;
  const parts = [`minlength: ${minLength}`, ...(maxLength === null ? [] : [`maxlength: ${maxLength}`])];
  for (const name of requires) parts.push(`required: ${classes[name]}`);
  return `${[...parts, "allowed: ascii-printable"].join("; ")};`;
}
