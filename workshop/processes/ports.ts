// TCP ports on 127.0.0.1: free ones for what only its neighbours call, and a check of those that the user chose.
import { randomInt } from "node:crypto";
import { type AddressInfo, connect, createServer } from "node:net";
import { SetupError } from "../setup-error.ts";

/**
 * Below those that systems give to outgoing connections (32768 on Linux, 49152 elsewhere): none of these is taken before it is used. Above 10080,
 * the last port to which browsers and `fetch` connect for nobody (Fetch Standard, "port blocking").
 */
const [lowest, highest] = [10_081, 32_000];
const attempts = 50;
/** Those that this process was given: sites that start side by side do not listen on theirs yet when another asks. */
const given = new Set<number>();

/** A port that nothing listens on now, and another each time. By chance, so that other processes that ask at the same time get others too. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(lowest, highest);
    if (given.has(port)) continue;
    given.add(port);
    try {
      return await listenOnce(port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || attempt >= attempts) throw error;
    }
  }
}

/** Throws SetupError when `port` cannot be had; `variable` is the environment variable that moves it. */
export async function requireFreePort(port: number, variable: string): Promise<void> {
  try {
    await listenOnce(port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "is taken by another program" : `cannot be listened on (${code})`;
    throw new SetupError(`Port ${port} ${reason}; set ${variable} to another one.`);
  }
}

/** Whether something listens on `port` now. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address() as AddressInfo;
      server.close(() => resolve(address.port));
    });
  });
}
