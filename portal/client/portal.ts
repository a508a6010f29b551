// What the pages gain where JavaScript runs. Only passkeys need it: every page works without it otherwise.
import { hintCapsLock } from "./caps-lock.ts";
import { followHistory } from "./go-back.ts";
import { keepFragment } from "./keep-fragment.ts";
import { usePasskeys } from "./passkeys.ts";
import { goOn } from "./provider-links.ts";
import { revealPassword } from "./reveal-password.ts";
import { submitOnce } from "./submit-once.ts";

const each = <E extends Element>(selector: string, enhance: (element: E) => void) =>
  document.querySelectorAll<E>(selector).forEach(enhance);

each<HTMLElement>("[data-caps-lock]", hintCapsLock);
each<HTMLButtonElement>("[data-reveals]", revealPassword);
each<HTMLFormElement>("form", submitOnce);
each<HTMLFormElement>("form:has(input[name=rd]), form.languages", keepFragment);
each<HTMLAnchorElement>("a[href*='rd=']:not([data-onward] a)", keepFragment);
each<HTMLElement>("[data-onward]", goOn);
each<HTMLAnchorElement>("[data-go-back]", followHistory);
each<HTMLElement>("[data-passkey]", usePasskeys);
