/** The guest broke a rule that no proxy checks for it: a test that sees this has found a fault in the guest. */
export class GuestError extends Error {
  override readonly name = "GuestError";
}
