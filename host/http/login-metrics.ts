// The metrics of logins; the metrics feature implements them.
export interface LoginMetrics {
  /** `method`: password, passkey or basic. */
  countLogin(method: string, outcome: string): void;
  /** Begins to measure how long a user name and a password take until the answer. Returns what ends it. */
  timePassword(): () => void;
}
