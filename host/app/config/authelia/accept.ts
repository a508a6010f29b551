// Takes Authelia's names in the config file: what means the same here gets its name here, and what has no effect is taken out, with a
// warning about each key. What would let in whom Authelia keeps out stays a mistake.
import { isMapping, type Mapping, setAt, valueAt } from "../../../kit/config/mapping.ts";
import type { Report } from "../../../kit/config/report.ts";
import type { Path } from "../../../kit/yaml/problem.ts";
import type { Key } from "../../../kit/yaml/schema.ts";
import { demanded, fateNamed, fateOf, hasFatesBelow, isEmpty, isOff, refusalOf } from "./keys.ts";
import { joinAddresses, moveRootKeys } from "./older-keys.ts";

/** Changes `written`. `keys`: those of the schema. */
export function acceptAuthelia(written: Mapping, keys: readonly Key[], report: Report): void {
  acceptDefinitions(written, report);
  for (const { from, to } of [...moveRootKeys(written), ...joinAddresses(written)])
    report.setOrigin(to, { written: from });
  const domain = valueAt(written, ["session", "domain"]);
  if (!isEmpty(domain))
    report.add(
      ["session", "domain"],
      `names no portal: write session.cookies, a list of domain and portal_url, in its place`,
      "key",
    );
  // One of neither is none.
  const tls = valueAt(written, ["server", "tls"]);
  if (isMapping(tls)) for (const part of ["key", "certificate"]) if (tls[part] === "") delete tls[part];
  const ours = new Set(keys.map(({ name }) => name.replaceAll("[]", "")));
  const waysToOurs = new Set([...ours].flatMap((name) => prefixesOf(name)));
  take(written, [], { written, ours, waysToOurs, report });
}

/** Networks of `definitions` are those of the policy. Changes `written`. */
export function acceptDefinitions(written: Mapping, report: Report): void {
  const networks = valueAt(written, ["definitions", "network"]);
  if (!isMapping(networks) || !isMapping(written.definitions)) return;
  delete written.definitions.network;
  if (Object.keys(written.definitions).length === 0) delete written.definitions;
  const policy = written.access_control;
  if (!isMapping(policy) || !(policy.networks == null || Array.isArray(policy.networks))) return;
  const own: readonly unknown[] = policy.networks ?? [];
  for (const [index, name] of Object.keys(networks).entries()) {
    const path = ["access_control", "networks", own.length + index];
    for (const step of [[], ["name"], ["networks"]])
      report.setOrigin([...path, ...step], { written: ["definitions", "network", name] });
  }
  const defined = Object.entries(networks).map(([name, addresses]) => ({ name, networks: addresses }));
  if (defined.length > 0) policy.networks = [...own, ...defined];
}

/** What is said elsewhere: of the domain above, of cookie domains' settings by the section that they are in. */
const elsewhere: ReadonlySet<string> = new Set([
  "session.domain",
  ...["name", "expiration", "inactivity", "remember_me"].map((key) => `session.cookies.${key}`),
]);

interface Taken {
  readonly written: Mapping;
  readonly ours: ReadonlySet<string>;
  readonly waysToOurs: ReadonlySet<string>;
  readonly report: Report;
}

/** Goes through the keys of a mapping at a path. */
function take(mapping: Mapping, path: Path, taken: Taken): void {
  for (const [step, value] of Object.entries(mapping)) {
    const here = [...path, step];
    const names = here.filter((one) => typeof one === "string");
    const key = names.join(".");
    const refused = refusalOf(key, value);
    if (refused !== undefined) warn(mapping, here, refused, taken.report);
    if (taken.ours.has(key) || elsewhere.has(key)) continue;
    const fate = fateNamed(key);
    const leadsOn = taken.waysToOurs.has(key) || hasFatesBelow(key);
    if (Array.isArray(value) && leadsOn)
      for (const [index, one] of value.entries()) if (isMapping(one)) take(one, [...here, index], taken);
    if ((isMapping(value) || Array.isArray(value)) && leadsOn && !(fate && "renamed" in fate)) {
      if (isMapping(value)) take(value, here, taken);
      // A mapping of which nothing is left was theirs alone.
      if (isEmpty(value) && !taken.waysToOurs.has(key)) delete mapping[step];
      continue;
    }
    const nearest = fateOf(names);
    // Beside keys of ours what is not known by itself is a mistake, with a word of what may be meant.
    if (!nearest || (fate === undefined && taken.waysToOurs.has(names.slice(0, -1).join(".")))) continue;
    if (isEmpty(value) || (isOff(value) && !("renamed" in nearest))) delete mapping[step];
    else if ("renamed" in nearest) rename(mapping, here, nearest.renamed.split("."), taken);
    else if ("notNeeded" in nearest) warn(mapping, here, nearest.notNeeded, taken.report);
    else if (demanded.includes(key)) {
      taken.report.add(here, nearest.missing, "key");
      delete mapping[step];
    } else warn(mapping, here, nearest.missing, taken.report);
  }
}

function rename(mapping: Mapping, from: Path, to: readonly string[], { written, report }: Taken): void {
  const step = String(from.at(-1));
  if (valueAt(written, to) === undefined) {
    report.setOrigin(to, { written: from });
    setAt(written, to, mapping[step]);
  } else report.add(from, `is another name for ${to.join(".")}; give one of them`, "key");
  delete mapping[step];
}

function warn(mapping: Mapping, path: Path, why: string, report: Report): void {
  report.warn(path, `has no effect here: ${why}`);
  delete mapping[String(path.at(-1))];
}

function prefixesOf(name: string): string[] {
  const steps = name.split(".");
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join("."));
}
