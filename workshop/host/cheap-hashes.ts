// Has hosts and commands in a test's own process hash new passwords at the cost of those in its users files: 64 MiB each took a sixth
// of a second of the processor. Those in processes of their own hash in earnest, and test/host/identity/argon2.test.ts holds what that is.
import { type Argon2Parameters, defaultParameters } from "../../host/identity/passwords/argon2.ts";
import { cheapParameters } from "./users.ts";

/** What the host hashes new passwords with in earnest. */
export const parametersInEarnest: Argon2Parameters = { ...defaultParameters };

Object.assign(defaultParameters, cheapParameters);
