// Sends a form once, however often its button is pressed, and says that it is being sent.

const patience = 10_000; // ms; a sending that the visitor stopped gives no event, and must not leave a dead button

export function submitOnce(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!button) return;

  const words = button.textContent;
  const ready = () => {
    button.removeAttribute("aria-disabled");
    button.textContent = words;
  };
  form.addEventListener("submit", (event) => {
    if (button.hasAttribute("aria-disabled")) return event.preventDefault();
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy ?? words;
    setTimeout(ready, patience);
  });
  // The browser's way back may bring the page just as it was left.
  addEventListener("pageshow", ready);
}
