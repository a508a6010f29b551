// What the gate says to nginx: variables that the configuration declares with `set`, and that proxy_set_header, add_header and
// proxy_pass read when all is decided. Headers can't be changed on this host: it takes them for changed, and passes on the
// client's.
import { LogLevel, proxy_set_property, Status } from "../imports";
import { log } from "../log";
import { Text, text } from "../../memory/text";

export const UPSTREAM = text("ngx\0zerohop_upstream");
export const GATE = text("ngx\0zerohop_gate");
export const USER = text("ngx\0zerohop_user");
export const GROUPS = text("ngx\0zerohop_groups");
export const NAME = text("ngx\0zerohop_name");
export const EMAIL = text("ngx\0zerohop_email");
export const COOKIE = text("ngx\0zerohop_cookie");
export const AUTHORIZATION = text("ngx\0zerohop_authorization");
export const PROXY_AUTHORIZATION = text("ngx\0zerohop_proxy_authorization");
export const SET_COOKIE = text("ngx\0zerohop_set_cookie");

/** Sets a variable, which is empty before. False when nginx does not take it: the request must not go on then. */
export function setVariable(variable: Text, at: usize, length: i32): bool {
  if (length == 0) return true;
  if (proxy_set_property(variable.at, variable.length, at, length) == Status.Ok) return true;
  log(
    LogLevel.Error,
    text("nginx does not take a $zerohop_ variable; is each of docs/nginx-wasm.md set in the server?"),
  );
  return false;
}
