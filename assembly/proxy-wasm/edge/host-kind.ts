// For which proxy this module is built. A build's entry says so with a global constant, so the compiler leaves out what the
// other build does: the request path never asks.

/** Whether the module is for ngx_wasm_module, whose entry is nginx/index.ts. */
// @ts-ignore: a global of that entry, and of no other
export const isNginx: bool = isDefined(NGINX);
