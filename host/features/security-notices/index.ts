// Security notices: users are told by e-mail what has happened to their accounts.
import type { Feature } from "../../http/feature.ts";
import { type Dependencies, SecurityNotices } from "./security-notices.ts";

export function securityNotices(dependencies: Dependencies): Feature {
  const notices = new SecurityNotices(dependencies);
  return { start: () => notices.start(), stop: () => notices.stop() };
}
