// What a page has asked since a step began and what came back: a page that does not show what it should says nothing of why.
import type { Page, Request } from "playwright-core";

/** As many of the last requests are told of as a person reads. */
const longest = 12;
/** Characters of an answer that refuses. */
const longestAnswer = 200;

interface Entry {
  readonly began: number;
  readonly asked: string;
  came: string;
  /** Whether it has an answer, or has none to expect. */
  isOver: boolean;
  /** Whether nothing was wrong with it. */
  isFine: boolean;
}

export class Journal {
  readonly #entries = new Map<Request, Entry>();
  #began = performance.now();

  constructor(page: Page) {
    page.on("request", (request) => {
      const asked = `${request.method()} ${new URL(request.url()).pathname}`;
      this.#entries.set(request, { began: performance.now(), asked, came: "no answer", isOver: false, isFine: false });
    });
    page.on("requestfailed", (request) => this.#note(request, request.failure()?.errorText ?? "failed", true, false));
    page.on("response", async (response) => {
      const request = response.request();
      const status = response.status();
      this.#note(request, `${status}, of which the body has not come`, true, false);
      // Null where the body has come whole.
      const failure = await response.finished().catch((error: Error) => error);
      const isFine = status < 400 && failure === null;
      const body = isFine ? "" : await response.text().catch((error: Error) => error.message);
      this.#note(
        request,
        [status, failure?.message, body.slice(0, longestAnswer)].filter(Boolean).join(": "),
        true,
        isFine,
      );
    });
  }

  #note(request: Request, came: string, isOver: boolean, isFine: boolean): void {
    const entry = this.#entries.get(request);
    if (!entry) return;
    entry.came = `${came}, after ${Math.round(performance.now() - entry.began)} ms`;
    [entry.isOver, entry.isFine] = [isOver, isFine];
  }

  /** From here on it is another step that asks. What the last one still waits for is told of with this one's. */
  begin(): void {
    this.#began = performance.now();
    for (const [request, { isOver }] of this.#entries) if (isOver) this.#entries.delete(request);
  }

  /** The step's requests, in order, each with what came: those that went wrong, or all where none did. */
  tell(): string {
    const all = [...this.#entries.values()];
    const wrong = all.filter(({ isFine }) => !isFine);
    const told = (wrong.length > 0 ? wrong : all).slice(-longest);
    if (told.length === 0) return "the page asked for nothing";
    const line = ({ began, asked, came }: Entry) => `${asked} at ${Math.round(began - this.#began)} ms: ${came}`;
    return `the page asked for ${told.map(line).join("; ")}`;
  }
}
