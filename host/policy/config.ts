// The section `access_control`. The core reads it: the policy has one home. It goes to every gate as it is written.
import { configSection } from "../kit/config/section.ts";
import { leaf, Mistake } from "../kit/yaml/schema.ts";

export const policySection = configSection({
  keys: { access_control: leaf(parseSection, "a mapping", { type: "object" }) },
  config: ({ access_control }) => access_control,
});

function parseSection(value: unknown): unknown {
  if (value !== undefined && value !== null) return value;
  throw new Mistake("is required: the policy, such as default_policy: one_factor");
}
