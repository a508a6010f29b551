// An identity provider that runs, and what its administrators do there.
export interface AdministeredProvider {
  readonly issuer: string;
  /** Of its authority: a PEM file. */
  readonly authorityFile: string;
  /** Settles when it answers. */
  readonly ready: Promise<void>;
  /** Ends somebody's sessions, as a console's button does. Returns when that was asked for, as performance.now() has it. */
  logOut(username: string): Promise<number>;
  setEnabled(username: string, enabled: boolean): Promise<void>;
  join(username: string, group: string): Promise<void>;
  leave(username: string, group: string): Promise<void>;
  /** Signs with a new key from now on. */
  rotateKeys(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  end(): Promise<void>;
}
