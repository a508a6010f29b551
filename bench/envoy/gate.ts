// The gate as a filter of Envoy.
import { join } from "node:path";
import { extension } from "./bootstrap.ts";

const gateFile = join(import.meta.dirname, "..", "..", "build", "gate.wasm");

/** The filter that decides by this plugin configuration, as it is shipped. One for each Envoy. */
export function gateFilter(configuration: object): object {
  return extension("zerohop.gate", "extensions.filters.http.wasm.v3.Wasm", {
    config: {
      name: "zerohop",
      failure_policy: "FAIL_RELOAD",
      configuration: {
        "@type": "type.googleapis.com/google.protobuf.StringValue",
        value: JSON.stringify(configuration),
      },
      vm_config: { vm_id: "zerohop", runtime: "envoy.wasm.runtime.v8", code: { local: { filename: gateFile } } },
    },
  });
}
