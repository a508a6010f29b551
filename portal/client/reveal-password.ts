// Shows and hides what was typed into a password field.

/** `button` names the field's id in `data-reveals`, and carries the words for the shown state in data attributes. */
export function revealPassword(button: HTMLButtonElement): void {
  const field = document.getElementById(button.dataset.reveals ?? "");
  if (!(field instanceof HTMLInputElement)) return;

  const hidden = { label: button.getAttribute("aria-label") ?? "", text: button.textContent ?? "" };
  const shown = { label: button.dataset.shownLabel ?? "", text: button.dataset.shownText ?? "" };
  const show = (visible: boolean) => {
    const { label, text } = visible ? shown : hidden;
    field.type = visible ? "text" : "password";
    button.setAttribute("aria-label", label);
    button.textContent = text;
  };

  button.addEventListener("click", () => show(field.type === "password"));
  // A browser remembers what a text field held, and a password manager looks for a password field: hide it in time.
  field.form?.addEventListener("submit", () => show(false));
  button.hidden = false;
}
