// Says that Caps Lock is on while a password is being typed. The page keeps the place free, so nothing moves.

/** `hint` is a status element with the words in `data-caps-lock`, inside the field that it speaks about. */
export function hintCapsLock(hint: HTMLElement): void {
  const field = hint.closest(".field");
  const words = hint.dataset.capsLock ?? "";
  const update = (event: Event) => {
    const on = (event as KeyboardEvent | MouseEvent).getModifierState?.("CapsLock") ?? false;
    const said = on ? words : "";
    // Writing the same words again would have a screen reader say them at every key.
    if (hint.textContent !== said) hint.textContent = said;
  };
  for (const type of ["keydown", "keyup", "mousedown"]) field?.addEventListener(type, update);
  field?.addEventListener("focusout", () => {
    hint.textContent = "";
  });
}
