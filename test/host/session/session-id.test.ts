import { expect, it } from "vitest";
import { newSessionId } from "../../../host/session/sessions.ts";

it("makes no session id that a command line takes for an option", () => {
  const ids = Array.from({ length: 2000 }, newSessionId);
  expect(ids.filter((id) => !/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/.test(id))).toEqual([]);
});
