// Passkeys: the button that asks for one or makes one, and passkeys among the suggestions of the user name's field.
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from "@simplewebauthn/browser";
import { withFragment } from "./keep-fragment.ts";

/** Before a challenge ends at the host, which is after five minutes. Milliseconds. */
const challengeRenewal = 240_000;

const login = "/api/firstfactor/passkey";
const secondFactor = "/api/secondfactor/webauthn";
const register = `${secondFactor}/credential/register`;

/** What the host says no with: an HTTP status, and the address of a page about it where there is one. */
class Refused extends Error {
  readonly status: number;
  readonly page: string | undefined;

  constructor(status: number, page?: string) {
    super(`status ${status}`);
    this.status = status;
    this.page = page;
  }
}

/** `place` names its purpose in `data-passkey`, and holds the button and the words for what goes wrong. */
export function usePasskeys(place: HTMLElement): void {
  const button = place.querySelector("button");
  if (!button) return;
  if (!browserSupportsWebAuthn()) {
    place.hidden = true;
    return;
  }
  const alert = document.createElement("p");
  alert.className = "alert";
  alert.setAttribute("role", "alert");
  const purpose = place.dataset.passkey;

  const complain = (error: unknown) => {
    const { refused, duplicate, unavailable } = place.dataset;
    const known = error instanceof WebAuthnError && error.code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED";
    const away = error instanceof Refused && error.status >= 500;
    alert.textContent = (known ? duplicate : away ? unavailable : refused) ?? "";
    place.prepend(alert);
  };
  const autofill = () => suggest(complain);

  button.addEventListener("click", async () => {
    const name = field("name");
    if (name && !name.reportValidity()) return;
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    pressed = true;
    alert.remove();
    try {
      if (purpose === "register") await add(name?.value ?? "");
      else await sign(purpose === "login" ? login : secondFactor, false);
    } catch (error) {
      pressed = false;
      // The page that the session or the fresh login is gone for leads to the one that brings it back.
      if (purpose !== "login" && error instanceof Refused && (await isOver(error))) return location.reload();
      complain(error);
      if (purpose === "login") void autofill();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  button.hidden = false;
  if (purpose === "login") void autofill();
}

/** While the button's question is open, suggestions would end it: a browser has one question open at a time. */
let pressed = false;
let renewal: ReturnType<typeof setTimeout> | undefined;

/** Offers passkeys where the user name is typed, for as long as the page is open. */
async function suggest(complain: (error: unknown) => void): Promise<void> {
  if (!(await browserSupportsWebAuthnAutofill())) return;
  clearTimeout(renewal);
  renewal = setTimeout(() => void suggest(complain), challengeRenewal);
  try {
    await sign(login, true);
  } catch (error) {
    // That nobody chose a passkey, or that the button was pressed, is nothing to speak of.
    if (!(error instanceof Refused)) return;
    complain(error);
    void suggest(complain);
  }
}

async function sign(address: string, useBrowserAutofill: boolean): Promise<void> {
  const optionsJSON = await send<PublicKeyCredentialRequestOptionsJSON>("POST", `${address}/options`, {});
  if (useBrowserAutofill && pressed) return;
  const response = await startAuthentication({ optionsJSON, useBrowserAutofill });
  const keep = document.querySelector<HTMLInputElement>("input[name=keep_me_logged_in]");
  await go("POST", address, { response, keepMeLoggedIn: keep?.checked ?? false });
}

async function add(description: string): Promise<void> {
  const optionsJSON = await send<PublicKeyCredentialCreationOptionsJSON>("PUT", register, {});
  await go("POST", register, { response: await startRegistration({ optionsJSON }), description });
}

/** Sends the answer and goes where the host says. */
async function go(method: string, address: string, answer: object): Promise<void> {
  const way = { targetURL: field("rd")?.value ?? null, next: field("next")?.value ?? null };
  try {
    const { redirect } = await send<{ redirect: string }>(method, address, { ...answer, ...way });
    location.assign(withFragment(redirect));
  } catch (error) {
    if (!(error instanceof Refused && error.page !== undefined)) throw error;
    location.assign(withFragment(error.page));
  }
}

async function send<T>(method: string, address: string, body: object): Promise<T> {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const answer = await fetch(address, { method, headers, body: JSON.stringify(body) });
  const told = answer.json() as Promise<{ data: T & { redirect?: string } }>;
  // Not every refusal is JSON.
  if (!answer.ok) throw new Refused(answer.status, (await told.catch(() => undefined))?.data?.redirect);
  return (await told).data;
}

/** Whether a refusal came for want of a session, or of a login that is fresh enough. */
async function isOver({ status }: Refused): Promise<boolean> {
  if (status !== 401) return status === 403;
  const answer = await fetch("/api/state", { headers: { Accept: "application/json" } });
  const { data } = (await answer.json()) as { data?: { username: string } };
  return data?.username === "";
}

function field(name: string): HTMLInputElement | null {
  return document.querySelector(`input[name=${name}]`);
}
