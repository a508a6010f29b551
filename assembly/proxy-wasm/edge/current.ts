// The configuration in force, of which there is one at a time.
import { Configuration } from "./configuration";

export const configuration: Configuration = changetype<Configuration>(memory.data(offsetof<Configuration>(), 8));
