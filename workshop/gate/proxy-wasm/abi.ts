// The numbers of proxy-wasm ABI 0.2.1 (https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1).

export const Status = {
  ok: 0,
  notFound: 1,
  badArgument: 2,
  invalidMemoryAccess: 6,
  casMismatch: 8,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

export const MapType = {
  requestHeaders: 0,
  responseHeaders: 2,
  callResponseHeaders: 6,
} as const;

export const BufferType = {
  callResponseBody: 4,
  vmConfiguration: 6,
  pluginConfiguration: 7,
} as const;

export const StreamType = {
  request: 0,
  response: 1,
} as const;

export const MetricType = {
  counter: 0,
  gauge: 1,
  histogram: 2,
} as const;

export const logLevels = ["trace", "debug", "info", "warn", "error", "critical"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a header callback returns to let the stream go on. Anything else pauses it. */
export const CONTINUE = 0;

/** The marker that a module exports to say which ABI it speaks. */
export const ABI_MARKER = "proxy_abi_version_0_2_1";
