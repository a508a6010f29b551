// The functions that the guest can import: every one that Envoy and ngx_wasm_module both link and a filter of ours may
// need. Each reads its arguments from the guest's memory and answers with a status, as Envoy does.
import { Status } from "./abi.ts";
import { environmentFunctions } from "./functions/environment.ts";
import { headerFunctions } from "./functions/headers.ts";
import { streamFunctions } from "./functions/stream.ts";
import type { Guest } from "./guest.ts";
import { InvalidMemoryAccess } from "./guest-memory.ts";
import type { HostFunction } from "./host-function.ts";

const functions: Readonly<Record<string, HostFunction>> = {
  ...environmentFunctions,
  ...headerFunctions,
  ...streamFunctions,
};

/** `env.proxy_log` and all other names that a module may import. */
export const linkable: ReadonlySet<string> = new Set([
  ...Object.keys(functions).map((name) => `env.${name}`),
  ...["random_get", "environ_sizes_get", "environ_get"].map((name) => `wasi_snapshot_preview1.${name}`),
]);

/** The import object for one instance. */
export function importsFor(instance: Guest): WebAssembly.Imports {
  const env = Object.entries(functions).map(([name, run]) => {
    const imported = (...args: unknown[]) => {
      const context = instance.enter(name);
      try {
        return run({ instance, context }, ...(args as never[]));
      } catch (error) {
        if (error instanceof InvalidMemoryAccess) return Status.invalidMemoryAccess;
        throw error;
      }
    };
    return [name, imported] as const;
  });
  return { env: Object.fromEntries(env), wasi_snapshot_preview1: wasi(instance) };
}

/** Random bytes are always the same, so that a test's gate does the same each time. */
function wasi(instance: Guest) {
  const variables = () =>
    Object.entries(instance.surroundings.environment).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
  return {
    random_get(at: number, length: number): number {
      instance.memory.write(at, Buffer.alloc(length, 0x5a));
      return 0;
    },
    environ_sizes_get(count: number, bytes: number): number {
      instance.memory.write32(count, variables().length);
      instance.memory.write32(bytes, Buffer.concat(variables()).length);
      return 0;
    },
    environ_get(addresses: number, to: number): number {
      let at = to;
      for (const [index, variable] of variables().entries()) {
        instance.memory.write32(addresses + index * 4, at);
        instance.memory.write(at, variable);
        at += variable.length;
      }
      return 0;
    },
  };
}
