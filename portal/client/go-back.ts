// Turns a link to the start page into the browser's own way back, where the tab has a page to go back to.

export function followHistory(link: HTMLAnchorElement): void {
  link.addEventListener("click", (event) => {
    if (history.length < 2 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.back();
  });
}
