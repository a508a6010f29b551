// The gate as a filter of Envoy.
import { join } from "node:path";
import { extension } from "./bootstrap.ts";

const gateFile = join(import.meta.dirname, "..", "..", "build", "gate.wasm");

/** The filter that decides by this plugin configuration, as it is shipped. Each configuration of an Envoy has a name of its own. */
export function gateFilter(configuration: object, name = "zerohop", file = gateFile): object {
  return extension("zerohop.gate", "extensions.filters.http.wasm.v3.Wasm", {
    config: {
      name,
      failure_policy: "FAIL_RELOAD",
      configuration: {
        "@type": "type.googleapis.com/google.protobuf.StringValue",
        value: JSON.stringify(configuration),
      },
      vm_config: { vm_id: name, runtime: "envoy.wasm.runtime.v8", code: { local: { filename: file } } },
    },
  });
}
