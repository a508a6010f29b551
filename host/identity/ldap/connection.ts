// One connection to an LDAP server and the operations that we use. It is never re-opened: a new one is a new object, so that
// nothing goes over a connection that is not bound or not encrypted as it should be.
import type { connect } from "node:net";
import { Attribute, BerWriter, Change, Client } from "ldapts";
import { DirectoryUnavailable } from "../profiles.ts";
import { Entry } from "./entry.ts";
import { openTransport, type TransportOptions } from "./transport.ts";

export interface Search {
  readonly base: string;
  readonly scope: "base" | "sub";
  readonly filter: string;
  readonly attributes: readonly string[];
  /** More entries than this are left out. */
  readonly limit?: number;
}

/** RFC 4511, appendix A. */
export const resultCodes = {
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  strongerAuthRequired: 8,
  referral: 10,
  adminLimitExceeded: 11,
  confidentialityRequired: 13,
  noSuchAttribute: 16,
  inappropriateMatching: 18,
  constraintViolation: 19,
  invalidAttributeSyntax: 21,
  noSuchObject: 32,
  aliasProblem: 33,
  invalidDnSyntax: 34,
  aliasDereferencingProblem: 36,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  unwillingToPerform: 53,
} as const;

/** Names that ldapts would take for SASL mechanisms in the place of a DN. */
const saslMechanisms = ["EXTERNAL", "PLAIN", "DIGEST-MD5", "SCRAM-SHA-1"];

export class LdapConnection {
  readonly #client: Client;
  #usable = true;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Throws DirectoryUnavailable. */
  static async open(options: TransportOptions): Promise<LdapConnection> {
    const socket = await openTransport(options);
    let connected = false;
    const useSocket = () => {
      if (connected) throw new Error("the connection was closed");
      connected = true;
      return socket;
    };
    const { timeout } = options;
    const createConnection = useSocket as unknown as typeof connect;
    return new LdapConnection(
      new Client({ url: "ldap://directory", timeout, connectTimeout: timeout, createConnection }),
    );
  }

  /** False once it is closed, by us or by the server. */
  get usable(): boolean {
    return this.#usable && this.#client.isConnected;
  }

  /**
   * A simple bind. Throws a result code error when the server says no, DirectoryUnavailable when it does not say. An empty
   * password would be an unauthenticated bind, which succeeds whatever the name (RFC 4513, section 5.1.2): it is refused here.
   */
  async bind(dn: string, password: string): Promise<void> {
    if (dn === "" || password === "") throw new Error("a bind needs a name and a password");
    if (saslMechanisms.includes(dn)) throw new Error("a bind needs a distinguished name");
    await this.#run(() => this.#client.bind(dn, password));
  }

  /** References to other servers are not followed, aliases not resolved. */
  async search({ base, scope, filter, attributes, limit = 0 }: Search): Promise<readonly Entry[]> {
    const options = { scope, filter, attributes: [...attributes], sizeLimit: limit, derefAliases: "never" as const };
    const { searchEntries } = await this.#run(() => this.#client.search(base, options));
    return searchEntries.map((entry) => new Entry(entry));
  }

  /** The Password Modify extended operation (RFC 3062). */
  async modifyPassword(dn: string, password: string): Promise<void> {
    const writer = new BerWriter();
    writer.startSequence();
    writer.writeString(dn, 0x80);
    writer.writeString(password, 0x82);
    writer.endSequence();
    await this.#run(() => this.#client.exop("1.3.6.1.4.1.4203.1.11.1", writer.buffer));
  }

  /** Active Directory's way to set a password: a quoted text in UTF-16. */
  async replaceUnicodePassword(dn: string, password: string): Promise<void> {
    const modification = new Attribute({ type: "unicodePwd", values: [Buffer.from(`"${password}"`, "utf16le")] });
    await this.#run(() => this.#client.modify(dn, new Change({ operation: "replace", modification })));
  }

  close(): void {
    this.#usable = false;
    this.#client.unbind().catch(() => {});
  }

  async #run<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      if (resultCode(error) !== undefined) throw error;
      this.close();
      const reason = (error as Error).message.split("\n").at(-1)!;
      throw new DirectoryUnavailable(`the LDAP server did not answer: ${reason}`, { cause: error });
    }
  }
}

/** Answers about what was asked for: to another question, about somebody else, the server may say something else. */
const aboutTheQuestion: readonly number[] = [
  resultCodes.timeLimitExceeded,
  resultCodes.sizeLimitExceeded,
  resultCodes.referral,
  resultCodes.adminLimitExceeded,
  resultCodes.noSuchAttribute,
  resultCodes.inappropriateMatching,
  resultCodes.invalidAttributeSyntax,
  resultCodes.aliasProblem,
  resultCodes.invalidDnSyntax,
  resultCodes.aliasDereferencingProblem,
];

/** Whom a refusal of the server's concerns. */
export function scopeOf(code: number): "everybody" | "user" {
  return aboutTheQuestion.includes(code) ? "user" : "everybody";
}

/** What the server answered, when an error is its answer. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}
