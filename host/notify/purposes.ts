// What mails are for, and how many of each a person can be sent: enough for whoever needs them, too few to bury an inbox.

interface Allowance {
  /** For one user, and for one address whoever has it. */
  readonly most: number;
  /** Seconds. */
  readonly within: number;
}

export const purposes = {
  /** Tells a user of something that happened to the account. */
  "security notice": { most: 20, within: 3600 },
  /** Brings a code that a visitor who is logged in waits for. */
  "one-time code": { most: 5, within: 900 },
  /** Brings a link that sets a new password. */
  "password reset": { most: 3, within: 900 },
} as const satisfies Readonly<Record<string, Allowance>>;

export type Purpose = keyof typeof purposes;

/** After this no allowance looks back any more. Seconds. */
export const longestWindow = Math.max(...Object.values(purposes).map(({ within }) => within));
