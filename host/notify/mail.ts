// A mail as the rest of the host knows it, and what becomes of a try to deliver it.

/** What is in it. Both bodies say the same. */
export interface Mail {
  /** Goes into the subject (`notifier.smtp.subject`). */
  readonly title: string;
  readonly text: string;
  readonly html: string;
}

/** The recipient as the directory has it. Neither value is trusted to be well-formed. */
export interface Recipient {
  readonly name: string;
  readonly address: string;
}

/** A mail on its way. */
export interface Letter {
  /** Stays the same from one try to the next, so that a server can tell a repetition. */
  readonly id: string;
  readonly to: Recipient;
  readonly mail: Mail;
  /** Seconds. */
  readonly writtenAt: number;
}

/** Delivers mails. */
export interface Carrier {
  /** Settles when somebody else has taken the responsibility for the letter. Throws Undelivered. */
  deliver(letter: Letter, signal: AbortSignal): Promise<void>;
  /** Whether letters could be delivered now. Throws Undelivered. */
  check(signal: AbortSignal): Promise<void>;
}

/** The message is for the log and holds nothing of the mail. */
export class Undelivered extends Error {
  override readonly name = "Undelivered";
  /** Whether another try would end the same way. */
  readonly forGood: boolean;

  constructor(message: string, forGood: boolean) {
    super(message);
    this.forGood = forGood;
  }
}
