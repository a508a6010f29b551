// What is not of one stream: log, clock, configuration, shared data, metrics, outbound calls.
import { BufferType, logLevels, Status } from "../abi.ts";
import type { Guest } from "../guest.ts";
import { Headers } from "../headers.ts";
import type { HostFunction } from "../host-function.ts";
import { parsePairs } from "../pairs.ts";

export const environmentFunctions = {
  proxy_log({ instance }, level: number, at: number, length: number) {
    const name = logLevels[level];
    if (!name) return Status.badArgument;
    const message = instance.memory.read(at, length).toString("utf8");
    instance.surroundings.log.push({ thread: instance.thread, level: name, message });
    return Status.ok;
  },

  proxy_get_current_time_nanoseconds({ instance }, at: number) {
    instance.memory.write64(at, instance.surroundings.clock.read());
    return Status.ok;
  },

  proxy_set_tick_period_milliseconds({ instance }, period: number) {
    instance.setTickPeriod(period);
    return Status.ok;
  },

  proxy_get_buffer_bytes(
    { instance },
    type: number,
    start: number,
    length: number,
    addressAt: number,
    lengthAt: number,
  ) {
    const buffer = bufferOf(instance, type);
    if (!buffer) return Status.notFound;
    const part = buffer.subarray(start >>> 0, (start >>> 0) + (length >>> 0));
    // Of no bytes Envoy writes neither address nor length: there stays what was there.
    if (part.length > 0) instance.memory.hand(part, addressAt, lengthAt);
    return Status.ok;
  },

  proxy_get_shared_data({ instance }, at: number, length: number, addressAt: number, lengthAt: number, casAt: number) {
    const { memory, surroundings } = instance;
    const present = surroundings.sharedData.get(memory.readText(at, length));
    if (!present) return Status.notFound;
    memory.hand(present.value, addressAt, lengthAt);
    memory.write32(casAt, present.cas);
    return Status.ok;
  },

  proxy_set_shared_data({ instance }, at: number, length: number, valueAt: number, valueLength: number, cas: number) {
    const { memory, surroundings } = instance;
    return surroundings.sharedData.set(memory.readText(at, length), memory.read(valueAt, valueLength), cas >>> 0);
  },

  proxy_define_metric({ instance }, type: number, at: number, length: number, idAt: number) {
    const { memory, surroundings } = instance;
    const id = surroundings.metrics.define(type, memory.readText(at, length));
    if (id === undefined) return Status.badArgument;
    memory.write32(idAt, id);
    return Status.ok;
  },

  proxy_increment_metric({ instance }, id: number, offset: bigint) {
    return instance.surroundings.metrics.increment(id, offset);
  },

  proxy_record_metric({ instance }, id: number, value: bigint) {
    return instance.surroundings.metrics.record(id, BigInt.asUintN(64, value));
  },

  proxy_http_call(
    { instance },
    clusterAt: number,
    clusterLength: number,
    headersAt: number,
    headersLength: number,
    bodyAt: number,
    bodyLength: number,
    _trailersAt: number,
    _trailersLength: number,
    timeout: number,
    tokenAt: number,
  ) {
    const { memory, surroundings } = instance;
    const cluster = memory.readText(clusterAt, clusterLength);
    const headers = new Headers(parsePairs(memory.read(headersAt, headersLength)));
    const body = memory.read(bodyAt, bodyLength);
    memory.write32(tokenAt, 0);
    if (timeout < 0) return Status.badArgument;
    const call = surroundings.calls.send(instance, { cluster, headers, body, timeout });
    if (!call) return Status.badArgument;
    memory.write32(tokenAt, call.token);
    return Status.ok;
  },

  proxy_call_foreign_function(
    { instance },
    at: number,
    length: number,
    argumentAt: number,
    argumentLength: number,
    addressAt: number,
    lengthAt: number,
  ) {
    const { memory, surroundings } = instance;
    const run = surroundings.foreignFunctions[memory.readText(at, length)];
    if (!run) return Status.notFound;
    memory.hand(run(memory.read(argumentAt, argumentLength)), addressAt, lengthAt);
    return Status.ok;
  },
} satisfies Record<string, HostFunction>;

function bufferOf({ callAnswer, surroundings, pluginConfiguration }: Guest, type: number): Buffer | undefined {
  if (type === BufferType.callResponseBody) return callAnswer?.headers && callAnswer.body;
  if (type === BufferType.vmConfiguration) return surroundings.vmConfiguration;
  if (type === BufferType.pluginConfiguration) return pluginConfiguration;
  return undefined;
}
