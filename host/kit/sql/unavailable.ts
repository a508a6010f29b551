// Thrown by a store whose database cannot be reached just now. What was asked for may be asked again later.

export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
