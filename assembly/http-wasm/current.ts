// The configuration of this instance, which gets one for good.
import { Configuration } from "./configuration";

export const configuration: Configuration = changetype<Configuration>(memory.data(offsetof<Configuration>(), 8));
