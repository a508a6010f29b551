// The e-mail that tells users what has happened to their account, in their language.
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Details of what happened, each with its name. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
}
