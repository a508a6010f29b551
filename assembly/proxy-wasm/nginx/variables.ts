// What the gate says to nginx: variables that the configuration declares with `set`, and that proxy_set_header, add_header and
// proxy_pass read when all is decided. Headers can't be changed on this host: it takes them for changed, and passes on the
// client's.
import * as edits from "../../core/decide/edits";
import { LogLevel, proxy_set_property, Status } from "../abi/env";
import { log } from "../abi/log";
import { readProperty } from "../abi/host-calls";
import { CookieDomain } from "../../core/bundle/cookie-domain";
import { Slice } from "../../memory/slice";
import { layText, Text, text } from "../../memory/text";

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

const found: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Behind it the name of a header that a cookie domain has beside Remote-*, its hyphens as underscores. */
const HEADER = text("ngx\0zerohop_header_");
const MOST_NAME_BYTES: i32 = 64;
/** The path of the property that names such a variable: a Text that is made anew for each. */
const headerVariable: usize = memory.data(128, 8);

/** The variable for a header that a cookie domain has beside Remote-*; the same Text for all of them. */
function variableOfIdentityHeader(name: Text): Text {
  const length = min(name.length, MOST_NAME_BYTES);
  const variable = layText(headerVariable, HEADER.at, HEADER.length + length);
  const at = variable.at + HEADER.length;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(name.at + i);
    store<u8>(at + i, byte == 0x2d ? 0x5f : byte);
  }
  return variable;
}

/**
 * Whether the configuration declares the variable of every header that a cookie domain has beside Remote-*. One that does not know of
 * such a header would pass it on as the client sent it.
 */
export function declaresIdentityHeaders(domains: CookieDomain | null): bool {
  for (let domain = domains; domain !== null; domain = domain!.next) {
    for (let header = domain.identityHeaders; header !== null; header = header!.next) {
      if (!readProperty(found, variableOfIdentityHeader(header.name))) return refuseVariable();
    }
  }
  return true;
}

/** The variable that the configuration sends a header from. */
export function variableOf(header: Text): Text {
  if (header == edits.REMOTE_USER) return USER;
  if (header == edits.REMOTE_GROUPS) return GROUPS;
  if (header == edits.REMOTE_NAME) return NAME;
  if (header == edits.REMOTE_EMAIL) return EMAIL;
  if (header == edits.COOKIE) return COOKIE;
  if (header == edits.AUTHORIZATION) return AUTHORIZATION;
  return header == edits.PROXY_AUTHORIZATION ? PROXY_AUTHORIZATION : variableOfIdentityHeader(header);
}

/** Sets a variable, which is empty before. False when nginx does not take it: the request must not go on then. */
export function setVariable(variable: Text, at: usize, length: i32): bool {
  if (length == 0) return true;
  return proxy_set_property(variable.at, variable.length, at, length) == Status.Ok || refuseVariable();
}

/** Says what is wrong with the configuration. Always false. */
function refuseVariable(): bool {
  log(
    LogLevel.Error,
    text("nginx does not take a $zerohop_ variable; is each of docs/nginx-wasm.md set in the server?"),
  );
  return false;
}
