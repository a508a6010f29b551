// The language in which users are written to: the one that they last used the portal in, from a place that is known to be theirs.

export interface LanguageStore {
  of(username: string): Promise<string | undefined>;
  /** Notes a language (RFC 5646); one that is known already stays unless it is to be replaced. */
  note(username: string, language: string, replace: boolean): Promise<void>;
  remove(username: string): Promise<void>;
}
