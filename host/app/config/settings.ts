// What a config file sets, key by key, to tell two of them apart.
import type { z } from "zod";
import { valueAt } from "../../kit/config/mapping.ts";
import { keysIn } from "../../kit/yaml/schema.ts";

export interface Setting {
  /** As it is written: `session.cookies`. A list of mappings is one setting. */
  readonly key: string;
  readonly value: unknown;
  readonly secret: boolean;
}

/** All settings but the policy, which has a life of its own. `values`: those of a file, validated by the schema. */
export function settingsIn(schema: z.ZodType, values: unknown): readonly Setting[] {
  const settings = new Map<string, Setting>();
  for (const { name, secret } of keysIn(schema)) {
    const [key] = name.split("[]") as [string];
    if (key === "access_control") continue;
    // A list with a secret in it is a secret as a whole.
    const isSecret = secret || settings.get(key)?.secret === true;
    settings.set(key, { key, value: valueAt(values, key.split(".")), secret: isSecret });
  }
  return [...settings.values()];
}
