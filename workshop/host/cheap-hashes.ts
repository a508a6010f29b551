// Has hosts and commands in a test's own process hash new passwords at the cost of those in its users files: 64 MiB each took a sixth
// of a second of the processor. Those in processes of their own hash in earnest, and test/host/identity/argon2.test.ts holds what that is.
import { defaultParameters } from "../../host/identity/passwords/argon2.ts";
import { cheapParameters } from "./users.ts";

Object.assign(defaultParameters, cheapParameters);
