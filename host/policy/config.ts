// The section `access_control`. The core reads it: the policy has one home. It goes to every gate as it is written. What editors
// know of it is in access-control.schema.json.
import { configSection } from "../kit/config/section.ts";
import { type JsonSchema, leaf, Mistake } from "../kit/yaml/schema.ts";
import outline from "./access-control.schema.json" with { type: "json" };

export const policySection = configSection({
  keys: { access_control: leaf(parseSection, "a mapping", outline as JsonSchema) },
  config: ({ access_control }) => access_control,
});

function parseSection(value: unknown): unknown {
  if (value !== undefined && value !== null) return value;
  throw new Mistake("is required: the policy, such as default_policy: one_factor");
}
