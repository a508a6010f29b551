// Who the host takes the visitor for: the name people use, and the account name that rules and logs use.
import { html } from "hono/html";
import { legibleText } from "./legible.ts";

export interface User {
  /** The account's name. */
  readonly name: string;
  /** The person's name; the account's name where the directory has none. */
  readonly displayName: string;
}

export function identity(user: User) {
  const person = user.displayName || user.name;
  return html`<p class="identity">
        <span class="monogram" aria-hidden="true">${monogram(person)}</span>
        <span><strong><bdi>${legibleText(person)}</bdi></strong>${person !== user.name && html` <bdi>${legibleText(user.name)}</bdi>`}</span>
      </p>`;
}

/** The letter that stands for a name. */
export function monogram(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toLocaleUpperCase("en") ?? "\u00B7";
}
