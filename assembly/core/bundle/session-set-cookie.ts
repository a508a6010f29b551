// Cookies that applications set: which of them would be taken for a session.
import { setsCookie } from "../headers/set-cookie";
import { Bundle } from "./bundle";
import { CookieDomain } from "./cookie-domain";

/** Whether a Set-Cookie value sets a cookie of the name that the sessions of any cookie domain have. */
export function setsSessionCookie(bundle: Bundle | null, at: usize, length: i32): bool {
  if (!bundle) return false;
  for (let domain: CookieDomain | null = bundle.domains; domain !== null; domain = domain!.next) {
    if (setsCookie(at, length, domain.cookieAt, domain.cookieLength)) return true;
  }
  return false;
}
