// A compiled policy: its rules in the order of the configuration, and the index that finds those of a host. Everything lives in
// its region.
import { Region } from "../../memory/region";
import { DomainIndex } from "./domain-index";
import { Access, Rule } from "./rule";


@unmanaged
export class Policy {
  region: Region;
  defaultAccess: Access;
  rules: Rule | null;
  ruleCount: i32;
  index: DomainIndex;
  /** The digest of the groups that it asks about, once somebody has wanted to know it (asked-groups.ts). */
  hasListDigest: bool;
  listDigestHead: u64;
  listDigestTail: u64;
}
