// Gates of a fleet as the host sees them: each polls as the gate in assembly/proxy-wasm has its Envoy do, at once with an answer, but once at most in
// each tick. The connection that brings the answer is not free by then, so that Envoy goes on with another, the two in turns. What a gate verifies is left out: it is the gate's time, and not the host's.
import { connect, type Socket } from "node:net";

/** The period of a gate's ticks. Milliseconds. */
const tick = 50;

interface Held {
  version: number;
  issuedAt: number;
  base: string;
}

export class FleetGate {
  readonly #port: number;
  readonly #sockets: Socket[] = [];
  readonly #head: string;
  readonly #told: (sids: readonly string[]) => void;
  readonly #phase = Math.random() * tick;
  #held: Held | undefined;
  #received = "";
  /** The tick in which the last poll went out. */
  #polledIn = 0;
  #timer: NodeJS.Timeout | undefined;
  bytesIn = 0;
  bytesOut = 0;
  wholeBundles = 0;
  answers = 0;

  constructor(port: number, edgeToken: string, told: (sids: readonly string[]) => void) {
    this.#told = told;
    this.#head = ` HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${edgeToken}\r\nx-zerohop-protocol: 2\r\nuser-agent: zerohop-gate\r\n`;
    this.#port = port;
    this.#connect();
  }

  /** Polls on a new connection. */
  #connect(): void {
    const socket = connect(this.#port, "127.0.0.1", () => this.#pollOn(socket));
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(socket, text));
    this.#sockets.push(socket);
  }

  get hasBundle(): boolean {
    return this.#held !== undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #pollOn(socket: Socket): void {
    const held = this.#held;
    const has = held ? `x-zerohop-feed: ${held.base}\r\nif-none-match: "${held.version}.${held.issuedAt}"\r\n` : "";
    const request = `GET /api/edge/bundle?wait=30${this.#head}${has}\r\n`;
    this.bytesOut += request.length;
    this.#polledIn = this.#tick();
    socket.write(request, "latin1");
  }

  #take(socket: Socket, text: string): void {
    this.bytesIn += text.length;
    this.#received += text;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.slice(end + 4, end + 4 + length);
    this.#received = "";
    this.answers++;
    const status = head.slice(9, 12);
    if (status === "200") this.#takeNews(body);
    else if (status !== "304") throw new Error(`a gate was answered ${status}`);
    if (this.#tick() === this.#polledIn) {
      const wait = tick - ((performance.now() + this.#phase) % tick);
      this.#timer = setTimeout(() => this.#pollOn(socket), wait);
      return;
    }
    const other = this.#sockets.find((each) => each !== socket);
    if (other) this.#pollOn(other);
    else this.#connect();
  }

  /** The number of a tick; they come at the same moments for as long as a gate lives. */
  #tick(): number {
    return Math.floor((performance.now() + this.#phase) / tick);
  }

  #takeNews(jws: string): void {
    const { version, to, iat, base, from, revoked_sessions = [] } = payloadOf(jws);
    const before = this.#held;
    if (to === undefined) this.wholeBundles++;
    else if (!before || before.base !== base || from! > before.version) throw new Error("a gate was told of a gap");
    this.#held = { version: to ?? version!, issuedAt: iat, base };
    this.#told(revoked_sessions);
  }
}

/** What is read of a bundle, which has a version, or of the feed, which has two. */
interface Payload {
  readonly base: string;
  readonly iat: number;
  readonly version?: number;
  readonly from?: number;
  readonly to?: number;
  readonly revoked_sessions?: readonly string[];
}

/** All gates with one version get the same bytes, which are read once for all of them. */
let last: { readonly jws: string; readonly payload: Payload } | undefined;

function payloadOf(jws: string): Payload {
  if (jws !== last?.jws)
    last = { jws, payload: JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString("utf8")) };
  return last.payload;
}
