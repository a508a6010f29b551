// The host as an agent of HAProxy (SPOE): the question of forward-auth over connections that stay open, with many questions under way
// on each. HAProxy sends the request's own header lines, and gets the answer as variables that its configuration acts upon.
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { canonicalAddress, type TrustedProxies } from "../../../http/client-address.ts";
import { listen, minTlsVersion } from "../../../http/listening.ts";
import { reloadTls } from "../../../http/tls-reload.ts";
import type { ListenAddress } from "../../../kit/config/listen-address.ts";
import { readTlsPair, type TlsFiles } from "../../../kit/config/tls-pair.ts";
import type { Logger } from "../../../kit/log.ts";
import type { Authorizer } from "../authorizer.ts";
import { warnOnce } from "../warn-once.ts";
import { acknowledge, agentDisconnect, agentHello, MalformedFrame, readFrame } from "./protocol.ts";
import { QuestionAnswerer } from "./question.ts";

/** The longest frame that is taken, in bytes: HAProxy's own are as long as its `tune.bufsize` at the most. */
const longestFrame = 256 * 1024;
/** The shortest one that an agent has to agree to, in bytes. */
const shortestFrame = 256;
/** By when a new connection has to have said what it is, and how long a stop waits for questions under way. Milliseconds. */
const helloTimeout = 10_000;
const stopTimeout = 5_000;
/** How often a peer that says nothing is asked whether it is still there. Milliseconds. */
const keepAlivePeriod = 60_000;
/** Status codes of a disconnection (SPOE.txt, section 3.5). */
const disconnections = { normal: 0, malformed: 4 } as const;
/** Peers and problems that the log has named. */
const namedProblems = 1024;

interface AgentParts {
  readonly authorizer: Authorizer;
  readonly proxies: TrustedProxies;
  /** Of the session, which reaches no application. */
  readonly cookieName: string;
  readonly log: Logger;
}

export class SpoeAgent {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #stopReloading: (() => void) | undefined;

  /** Throws TlsMistake. */
  constructor({ authorizer, proxies, cookieName, log }: AgentParts, tls: TlsFiles | null) {
    const warn = warnOnce(log, "HAProxy's question refused", namedProblems);
    const answerer = new QuestionAnswerer({ authorizer, cookieName, log, warnOnce: warn });
    const accept = (socket: Socket) => {
      const peer = socket.remoteAddress ?? "";
      socket.on("error", () => socket.destroy());
      if (!proxies.includes(canonicalAddress(peer) ?? "")) {
        warn(peer, `the peer ${peer} is not in server.trusted_proxies`);
        socket.destroy();
        return;
      }
      const connection = new Connection(socket, peer, answerer);
      this.#connections.add(connection);
      socket.once("close", () => this.#connections.delete(connection));
    };
    if (!tls) {
      this.#server = createServer({ noDelay: true }, accept);
      return;
    }
    const server = createTlsServer({ ...readTlsPair(tls), minVersion: minTlsVersion, noDelay: true }, accept);
    this.#server = server;
    this.#stopReloading = reloadTls(server, tls, minTlsVersion, log);
  }

  /** Returns where it listens, as `address:port`. Throws HostError "listen". */
  listen(address: ListenAddress): Promise<string> {
    return listen(this.#server, address);
  }

  /** Takes no new connections, and settles when what was asked is answered or has taken too long. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#stopReloading?.();
    for (const connection of this.#connections) connection.finish();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, stopTimeout);
    await closed;
    clearTimeout(timer);
  }
}

class Connection {
  readonly #socket: Socket;
  readonly #peer: string;
  readonly #answerer: QuestionAnswerer;
  #unread: Buffer = Buffer.alloc(0);
  /** The longest frame that HAProxy takes; 0 until it has said hello. */
  #frameLimit = 0;
  #underWay = 0;
  #isFinishing = false;

  constructor(socket: Socket, peer: string, answerer: QuestionAnswerer) {
    this.#socket = socket;
    this.#peer = peer;
    this.#answerer = answerer;
    socket.setKeepAlive(true, keepAlivePeriod);
    socket.setTimeout(helloTimeout, () => socket.destroy());
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("drain", () => socket.resume());
  }

  /** Ends the connection once what was asked is answered. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#underWay === 0) this.#socket.end(agentDisconnect(disconnections.normal, "the host stops"));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    try {
      // What is answered at once goes out in one piece.
      this.#socket.cork();
      while (this.#unread.length >= 4) {
        const length = this.#unread.readUInt32BE();
        if (length > longestFrame) throw new MalformedFrame(`a frame of ${length} bytes`);
        if (this.#unread.length < 4 + length) break;
        const frame = this.#unread.subarray(4, 4 + length);
        this.#unread = this.#unread.subarray(4 + length);
        this.#take(frame);
      }
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.#unread = Buffer.alloc(0);
      this.#socket.end(agentDisconnect(disconnections.malformed, error.message));
    } finally {
      this.#socket.uncork();
    }
  }

  #take(bytes: Buffer): void {
    const frame = readFrame(bytes);
    switch (frame.type) {
      case "hello":
        if (!(frame.maxFrameSize >= shortestFrame)) throw new MalformedFrame("a hello without max-frame-size");
        this.#frameLimit = Math.min(frame.maxFrameSize, longestFrame);
        this.#socket.setTimeout(0);
        this.#write(agentHello(this.#frameLimit));
        break;
      case "disconnect":
        this.#socket.end(agentDisconnect(disconnections.normal, ""));
        break;
      case "notify": {
        if (this.#frameLimit === 0) throw new MalformedFrame("a question before the hello");
        const { stream, frame: number, messages } = frame;
        const answer = this.#answerer.answer(messages, this.#peer);
        const send = (variables: ReadonlyMap<string, string>) => this.#answer(stream, number, variables);
        if (!(answer instanceof Promise)) {
          send(answer);
          break;
        }
        this.#underWay++;
        void answer.then((variables) => {
          this.#underWay--;
          send(variables);
          if (this.#isFinishing) this.finish();
        });
        break;
      }
    }
  }

  /** An answer that HAProxy has no room for is none, which its configuration takes for a refusal. */
  #answer(stream: number, frame: number, variables: ReadonlyMap<string, string>): void {
    const bytes = acknowledge(stream, frame, variables);
    if (bytes.length - 4 <= this.#frameLimit) {
      this.#write(bytes);
      return;
    }
    this.#answerer.warnOnce(
      this.#peer,
      `an answer of ${bytes.length} bytes is longer than its frames of ${this.#frameLimit}: raise tune.bufsize`,
    );
    this.#write(acknowledge(stream, frame, []));
  }

  #write(bytes: Buffer): void {
    if (!this.#socket.destroyed && !this.#socket.write(bytes)) this.#socket.pause();
  }
}
