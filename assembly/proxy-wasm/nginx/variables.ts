// What the gate says to nginx: variables that the configuration declares with `set`, and that proxy_set_header, add_header and
// proxy_pass read when all is decided. Headers can't be changed on this host: it takes them for changed, and passes on the
// client's.
import * as edits from "../../core/decide/edits";
import { LogLevel, proxy_set_property, Status } from "../abi/env";
import { log } from "../abi/log";
import { Text, text } from "../../memory/text";

export const UPSTREAM = text("ngx\0zerohop_upstream");
export const GATE = text("ngx\0zerohop_gate");
const USER = text("ngx\0zerohop_user");
const GROUPS = text("ngx\0zerohop_groups");
const NAME = text("ngx\0zerohop_name");
const EMAIL = text("ngx\0zerohop_email");
const COOKIE = text("ngx\0zerohop_cookie");
const AUTHORIZATION = text("ngx\0zerohop_authorization");
const PROXY_AUTHORIZATION = text("ngx\0zerohop_proxy_authorization");
export const SET_COOKIE = text("ngx\0zerohop_set_cookie");

/** The variable that the configuration sends a header from. */
export function variableOf(header: Text): Text {
  if (header == edits.REMOTE_USER) return USER;
  if (header == edits.REMOTE_GROUPS) return GROUPS;
  if (header == edits.REMOTE_NAME) return NAME;
  if (header == edits.REMOTE_EMAIL) return EMAIL;
  if (header == edits.COOKIE) return COOKIE;
  return header == edits.AUTHORIZATION ? AUTHORIZATION : PROXY_AUTHORIZATION;
}

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
