// What the pages gain where JavaScript runs. Nothing here is needed: every page works without it.
import { hintCapsLock } from "./caps-lock.ts";
import { followHistory } from "./go-back.ts";
import { revealPassword } from "./reveal-password.ts";
import { submitOnce } from "./submit-once.ts";

const each = <E extends Element>(selector: string, enhance: (element: E) => void) =>
  document.querySelectorAll<E>(selector).forEach(enhance);

each<HTMLElement>("[data-caps-lock]", hintCapsLock);
each<HTMLButtonElement>("[data-reveals]", revealPassword);
each<HTMLFormElement>("form", submitOnce);
each<HTMLAnchorElement>("[data-go-back]", followHistory);
