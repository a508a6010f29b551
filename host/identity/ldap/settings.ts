// The settings by which an LDAP directory is searched, completed by the preset for its kind.
import type { AttributeNames, Implementation } from "./presets.ts";
import type { ServiceAccount } from "./service-pool.ts";
import type { LdapAddress } from "./transport.ts";

export interface LdapSettings {
  readonly implementation: Implementation;
  readonly address: LdapAddress;
  readonly startTls: boolean;
  readonly tls: {
    /** Absolute path of a PEM file. */
    readonly caFile: string | undefined;
    readonly serverName: string | undefined;
    readonly minimumVersion: "TLSv1.2" | "TLSv1.3";
  };
  /** Seconds. */
  readonly timeout: number;
  readonly account: ServiceAccount;
  /** Set: a login binds with this DN at once, and without a search before. The placeholder is `{username}`. */
  readonly userDnTemplate: string | undefined;
  readonly users: { readonly base: string; readonly filter: string };
  /** Groups come from a search, or from the user's own entry. */
  readonly groups: { readonly base: string; readonly filter: string; readonly from: "search" | "member_of" };
  readonly attributes: AttributeNames;
}
