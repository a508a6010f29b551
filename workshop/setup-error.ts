/** Something outside this project is missing or in the way. The message is one sentence for the person who started it. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
