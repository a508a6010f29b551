// Counts how often a browser with a session is led on to the same address within moments. An application whose gate does not get the
// session's cookie, or does not take it, sends its visitors back each time, until the browser gives up with words of its own.
import type { RequestContext } from "../../http/environment.ts";
import { PortalCookie } from "../../http/portal-cookie.ts";
import { sha256 } from "../../kit/sha256.ts";

const cookie = new PortalCookie("zerohop_onward");

/** Nobody comes back that often, that soon: not even by as many tabs that open at once. Browsers follow some twenty redirects. */
const mostTimes = 5;

/** Between one time and the next. Seconds. */
const moment = 5;

/** Notes that a browser is led on to an address. False when it has been too often, which the browser is to forget. */
export function leadOn(c: RequestContext, address: string): boolean {
  const about = sha256(address).toString("base64url").slice(0, 16);
  const [, times = "0"] =
    /^([1-9])\.(.*)$/.exec(cookie.values(c).find((value) => value.endsWith(`.${about}`)) ?? "") ?? [];
  if (Number(times) >= mostTimes) {
    cookie.clear(c);
    return false;
  }
  cookie.set(c, `${Number(times) + 1}.${about}`, moment);
  return true;
}
