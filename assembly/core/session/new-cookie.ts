// The cookie that a client is to get for a session that was renewed.
import { setSlice, Slice } from "../../memory/slice";
import { Bundle } from "../bundle/bundle";
import { admit, Session } from "./session";

/** Makes `cookie` the Set-Cookie that brought the session. False when there is none to give: the session may have been revoked. */
export function takeNewCookie(cookie: Slice, session: Session | null, bundle: Bundle | null): bool {
  if (!session || !bundle || session.setCookieLength == 0 || !admit(session.kept, bundle)) return false;
  setSlice(cookie, session.setCookieAt, session.setCookieLength);
  return true;
}
