// What happens to a stream, and what is known of it.
import { Status, StreamType } from "../abi.ts";
import { Headers } from "../headers.ts";
import type { HostFunction } from "../host-function.ts";
import { parsePairs } from "../pairs.ts";

export const streamFunctions = {
  proxy_get_property({ instance, context }, at: number, length: number, addressAt: number, lengthAt: number) {
    const value = context.property(instance.memory.readText(at, length));
    if (value === undefined) return Status.notFound;
    instance.memory.hand(value, addressAt, lengthAt);
    return Status.ok;
  },

  proxy_set_property({ instance, context }, at: number, length: number, valueAt: number, valueLength: number) {
    return context.setProperty(instance.memory.readText(at, length), instance.memory.read(valueAt, valueLength));
  },

  proxy_send_local_response(
    { instance, context },
    status: number,
    detailsAt: number,
    detailsLength: number,
    bodyAt: number,
    bodyLength: number,
    headersAt: number,
    headersLength: number,
    _grpcStatus: number,
  ) {
    const details = instance.memory.readText(detailsAt, detailsLength);
    const body = instance.memory.read(bodyAt, bodyLength);
    const headers = new Headers(parsePairs(instance.memory.read(headersAt, headersLength)));
    context.sendLocalResponse({ status, details, headers, body });
    return Status.ok;
  },

  proxy_continue_stream({ context }, type: number) {
    if (type > StreamType.response) return Status.badArgument;
    context.continueStream(type);
    return Status.ok;
  },

  proxy_close_stream({ context }, type: number) {
    if (type > StreamType.response) return Status.badArgument;
    context.closeStream(type);
    return Status.ok;
  },

  proxy_set_effective_context({ instance }, id: number) {
    return instance.setEffectiveContext(id) ? Status.ok : Status.badArgument;
  },
} satisfies Record<string, HostFunction>;
