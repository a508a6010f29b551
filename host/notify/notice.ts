// What a user is told by e-mail of something that has happened to their account, in the reader's language.
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** What it is about, by name. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
}
