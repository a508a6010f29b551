// One connection to an LDAP server and the operations that we use. It is never re-opened: a new one is a new object, so that
// nothing goes over a connection that is not bound or not encrypted as it should be.
import type { connect } from "node:net";
import { Attribute, BerWriter, Change, Client } from "ldapts";
import { DirectoryUnavailable } from "../profiles.ts";
import { Entry } from "./entry.ts";
import type { PasswordPolicyControl } from "./password-policy.ts";
import { openTransport, type TransportOptions } from "./transport.ts";

export interface Search {
  readonly base: string;
  readonly scope: "base" | "sub";
  readonly filter: string;
  readonly attributes: readonly string[];
  /** More entries than this are left out. */
  readonly limit?: number;
}

/** The entries of a search for all of them, in pages (RFC 2696), so that a server's limit for one answer does not cut them short. */
const pageSize = 500;

/** RFC 4511, appendix A. */
export const resultCodes = {
  protocolError: 2,
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
  async bind(dn: string, password: string, policy?: PasswordPolicyControl): Promise<void> {
    if (dn === "" || password === "") throw new Error("a bind needs a name and a password");
    if (saslMechanisms.includes(dn)) throw new Error("a bind needs a distinguished name");
    await this.#run(() => this.#client.bind(dn, password, policy && [policy]));
  }

  /** References to other servers are not followed, aliases not resolved. */
  async search({ base, scope, filter, attributes, limit = 0 }: Search): Promise<readonly Entry[]> {
    const options = { scope, filter, attributes: [...attributes], sizeLimit: limit, derefAliases: "never" as const };
    const { searchEntries } = await this.#run(() => this.#client.search(base, options));
    return searchEntries.map((entry) => new Entry(entry));
  }

  /**
   * All entries that a search finds, page by page. Throws IncompleteSearch when there are more than `most`, or when others are on
   * another server: half of them would be taken for all.
   */
  async searchAll({ base, scope, filter, attributes }: Search, most: number): Promise<readonly Entry[]> {
    const options = { scope, filter, attributes: [...attributes], paged: { pageSize }, derefAliases: "never" as const };
    return await this.#run(async () => {
      const entries: Entry[] = [];
      for await (const { searchEntries, searchReferences } of this.#client.searchPaginated(base, options)) {
        entries.push(...searchEntries.map((entry) => new Entry(entry)));
        if (entries.length > most) throw new IncompleteSearch(`it finds more than ${most} entries`);
        const [elsewhere] = searchReferences.filter((url) => !isPartitionWithoutGroups(url));
        if (elsewhere !== undefined)
          throw new IncompleteSearch(`a part of them is on another server, which is not asked: ${elsewhere}`);
      }
      return entries;
    });
  }

  /** The Password Modify extended operation (RFC 3062). With `current`, the server checks that as well. */
  async modifyPassword(dn: string, password: string, current?: string): Promise<void> {
    const writer = new BerWriter();
    writer.startSequence();
    writer.writeString(dn, 0x80);
    if (current !== undefined) writer.writeString(current, 0x81);
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
      // The rest of a search that was given up must not be taken for the next answer.
      this.close();
      if (error instanceof IncompleteSearch) throw error;
      const reason = (error as Error).message.split("\n").at(-1)!;
      throw new DirectoryUnavailable(`the LDAP server did not answer: ${reason}`, { cause: error });
    }
  }
}

/** A search had an answer, and it is not all that there is. */
export class IncompleteSearch extends Error {
  override readonly name = "IncompleteSearch";
}

/** Active Directory refers to these from the top of each domain, whatever is asked; nobody's groups are in them. */
function isPartitionWithoutGroups(url: string): boolean {
  return /^ldaps?:\/\/(?:[^/]*\/)(?:DC=(?:DomainDnsZones|ForestDnsZones)|CN=Configuration|CN=Schema),/i.test(url);
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
