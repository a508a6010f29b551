// The section `metrics`.
import { configSection } from "../../kit/config/section.ts";
import { leaf, Mistake, secret, section } from "../../kit/yaml/schema.ts";

export interface MetricsConfig {
  /** What whoever may read them shows. */
  readonly token?: string;
}

/** Characters. */
const shortestToken = 20;
const token = new RegExp(`^[\\x21-\\x7e]{${shortestToken},}$`);

export const metricsSection = configSection({
  keys: {
    metrics: section({
      token: leaf(parseToken, `a secret text of at least ${shortestToken} printable ASCII characters`, {
        ...{ type: "string", pattern: token.source },
      }).meta(secret),
    }),
  },
  config: ({ metrics: { token } }): MetricsConfig => (token === undefined ? {} : { token }),
});

/** Undefined when there is none. The messages never show the value: it is a secret. */
function parseToken(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new Mistake(`must be a text; put it in quotes`);
  if (!token.test(value))
    throw new Mistake(`must be at least ${shortestToken} printable ASCII characters without a space`);
  return value;
}
