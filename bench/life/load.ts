// A steady load over keep-alive connections: so many requests a second, whatever the answers take.
import { setTimeout as sleep } from "node:timers/promises";
import { Latencies } from "../measure/latencies.ts";
import { Connection, type Endpoint, type Reply } from "./connection.ts";

export interface Shot {
  /** The request (requestText). */
  readonly request: string;
  answered(reply: Reply): void;
  /** The connection broke before the answer. */
  failed(error: Error): void;
}

export interface Load {
  readonly endpoint: Endpoint;
  readonly connections: number;
  /** Requests per second. */
  readonly rate: number;
  next(): Shot;
}

/** Milliseconds between looks at how many requests are due. */
const tick = 1;

/** Milliseconds between the tries to replace a broken connection, and how long before that fails the load. */
const reconnectPause = 50;
const reconnectLimit = 5000;

/** Opens one connection, however often it is refused within the limit: each time is a fault of its own. */
async function reconnect(endpoint: Endpoint, failed: (error: Error) => void): Promise<Connection> {
  for (const deadline = performance.now() + reconnectLimit; ; await sleep(reconnectPause)) {
    try {
      return await Connection.open(endpoint);
    } catch (error) {
      failed(error as Error);
      if (performance.now() > deadline) throw error;
    }
  }
}

/**
 * Sends until `signal` aborts and every answer is there. Latencies count from when a request was due.
 * @throws what a connection broke with that could not be replaced in five seconds.
 */
export async function sustain({ endpoint, connections, rate, next }: Load, signal: AbortSignal): Promise<Latencies> {
  const latencies = new Latencies();
  const idle: Connection[] = [];
  const due: number[] = [];
  let open = 0;
  let lost: Error | undefined;

  const connect = async () => {
    idle.push(await Connection.open(endpoint));
    open++;
  };
  const send = async (connection: Connection, at: number) => {
    const shot = next();
    try {
      const reply = await connection.ask(shot.request);
      latencies.add(performance.now() - at);
      shot.answered(reply);
      if (due.length > 0) void send(connection, due.shift()!);
      else idle.push(connection);
    } catch (error) {
      shot.failed(error as Error);
      await reconnect(endpoint, shot.failed).then(
        (replacement) => idle.push(replacement),
        (gone) => {
          open--;
          lost = gone;
        },
      );
    }
  };

  await Promise.all(Array.from({ length: connections }, connect));
  const start = performance.now();
  for (let sent = 0; !signal.aborted; await sleep(tick)) {
    if (lost) break;
    const now = performance.now();
    for (const goal = ((now - start) * rate) / 1000; sent < goal; sent++) {
      const connection = idle.pop();
      if (connection) void send(connection, now);
      else due.push(now);
    }
  }
  due.length = 0;
  while (idle.length < open) await sleep(tick);
  for (const connection of idle) connection.close();
  if (lost) throw lost;
  return latencies;
}
