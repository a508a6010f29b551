// Logging in and out at the portal through a proxy, as the demo's users.
import { password } from "../host/users.ts";
import type { HttpsClient } from "./https-client.ts";

/** A client, and the URL of a path at a host of the demo. */
export interface Door {
  readonly client: HttpsClient;
  url(name: string, path?: string): string;
}

/** Logs in and returns the session cookie as `name=value`. */
export async function logIn(door: Door, username: string, keepMeLoggedIn = false): Promise<string> {
  return (await logInBound(door, username, keepMeLoggedIn)).session;
}

/** Logs in and returns the session cookie, and the one that the portal's pages know the browser by, each as `name=value`. */
export async function logInBound(
  door: Door,
  username: string,
  keepMeLoggedIn = false,
): Promise<{ readonly session: string; readonly binding: string }> {
  const body = JSON.stringify({ username, password, keepMeLoggedIn });
  const headers = [["content-type", "application/json"]] as const;
  const answer = await door.client.get(door.url("auth", "/api/firstfactor"), { method: "POST", headers, body });
  const [session, binding] = answer.cookies.map((cookie) => cookie.split(";")[0]!);
  if (answer.status !== 200 || !session || !binding)
    throw new Error(`the login answered ${answer.status}: ${answer.body}`);
  return { session, binding };
}

export async function logOut(door: Door, cookie: string): Promise<void> {
  const headers = [["cookie", cookie]] as const;
  const answer = await door.client.get(door.url("auth", "/api/logout"), { method: "POST", headers });
  if (answer.status !== 200) throw new Error(`the logout answered ${answer.status}: ${answer.body}`);
}
