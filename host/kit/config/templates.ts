// Refuses templates in the config that are left after fill-in.ts: other portals fill `{{ secret "FILE" }}` in, or forms of `${NAME}` that Zerohop
// does not know, and a variable may be missing.
import { formatPath, type Path } from "../yaml/problem.ts";
import { type Key, Mistake } from "../yaml/schema.ts";
import { templateIn } from "../yaml/template.ts";
import type { Report } from "./report.ts";
import { environmentName } from "./secrets.ts";

/** Reports every value that is a template, at whatever depth. `keys`: those of the schema, of which secrets may stand elsewhere. */
export function checkTemplates(config: unknown, keys: readonly Key[], report: Report): void {
  const secrets = new Map(keys.filter(({ secret }) => secret).map((key) => [formatPath(key.path), key]));
  const look = (value: unknown, path: Path) => {
    if (typeof value === "string") {
      const form = templateIn(value);
      if (form !== undefined) report.add(path, messageOf(form, secrets.get(formatPath(path))));
    } else if (Array.isArray(value)) for (const [index, entry] of value.entries()) look(entry, [...path, index]);
    else if (typeof value === "object" && value !== null)
      for (const [key, entry] of Object.entries(value)) look(entry, [...path, key]);
  };
  look(config, []);
}

/** Throws Mistake when a secret that is in no config is a template. */
export function refuseTemplate(secret: string): void {
  const form = templateIn(secret);
  if (form !== undefined) throw new Mistake(messageOf(form));
}

/** The message never shows the value: it may be a secret. */
function messageOf(form: string, secret?: Key): string {
  const elsewhere = secret
    ? `, which may also stand in a file (${secret.path.at(-1)}_file) or in the environment (${environmentName(secret)})`
    : "";
  const why =
    form === `\${NAME}`
      ? " that is not filled in: no environment variable of that name is set"
      : ", and Zerohop fills none in";
  return `is a template (${form})${why}; it must be the value itself${elsewhere}`;
}
