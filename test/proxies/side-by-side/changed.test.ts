// Written configurations of a site that has further identity headers (docs/forward-auth.md), with other limits for streams, which
// their users change in them as the documentation says (docs/streams.md).
import { expect, test } from "vitest";
import { EventStream } from "../../../workshop/clients/event-stream.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { WebSocketConnection } from "../../../workshop/clients/websocket-client.ts";
import * as programs from "../../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import {
  apache,
  caddy,
  caddyModule,
  envoyExtAuthz,
  haproxy,
  nginx,
  nginxWasm,
  traefik,
  traefikPlugin,
} from "../../../workshop/proxies/kinds.ts";
import type { ProxyKind } from "../../../workshop/proxies/proxy-kind.ts";
import type { Site, Tree } from "../../../workshop/proxies/site.ts";
import { Stack, seenBy } from "../../../workshop/proxies/stack.ts";

type Edits = readonly (readonly [from: string, to: string])[];

interface Changed {
  /** Whether the test cannot have X-WEBAUTH-USER. */
  readonly lacksHeader?: boolean;
  readonly limits: Edits;
  /** What ends by these limits, besides streams on which nothing moves: by an Accept, or WebSockets. */
  readonly ends: readonly ("event stream" | "download" | "WebSocket")[];
  /** Whether a stream ends on which nothing moves. */
  readonly endsIdle: boolean;
}

const shortWrite: Edits = [["writeTimeout: 12h", "writeTimeout: 3s"]];
const shortStreams: Edits = [
  ["max_stream_duration: 43200s", "max_stream_duration: 4s"],
  ["stream_idle_timeout: 300s", "stream_idle_timeout: 1s"],
];

const envoyGate: Changed = {
  limits: shortStreams,
  ends: ["event stream", "download", "WebSocket"],
  endsIdle: true,
};

const changes: readonly (readonly [ProxyKind, Needed, Changed])[] = [
  [
    envoyExtAuthz,
    await programs.envoy(),
    {
      limits: [...shortStreams, ["max_stream_duration: 3600s", "max_stream_duration: 2s"]],
      ends: ["event stream", "download", "WebSocket"],
      endsIdle: true,
    },
  ],
  [
    nginx,
    onPath("nginx"),
    {
      ...{ limits: [["proxy_read_timeout 300s", "proxy_read_timeout 1s"]], ends: [], endsIdle: true },
    },
  ],
  [
    nginxWasm,
    onPath("nginx"),
    { lacksHeader: true, limits: [["proxy_read_timeout 300s", "proxy_read_timeout 1s"]], ends: [], endsIdle: true },
  ],
  [
    haproxy,
    onPath("haproxy"),
    {
      ...{ limits: [["timeout server 300s", "timeout server 1s"]], ends: [], endsIdle: true },
    },
  ],
  [apache, onPath("apache2"), { limits: [["ProxyTimeout 300", "ProxyTimeout 1"]], ends: [], endsIdle: true }],
  [
    caddy,
    await programs.caddy(),
    {
      limits: [
        ["write 12h", "write 3s"],
        ["stream_timeout 12h", "stream_timeout 3s"],
      ],
      ends: ["event stream", "download", "WebSocket"],
      endsIdle: false,
    },
  ],
  [
    caddyModule,
    await programs.caddyModule(),
    {
      limits: [
        ["write 12h", "write 3s"],
        ["stream_timeout 12h", "stream_timeout 3s"],
      ],
      ends: ["event stream", "download", "WebSocket"],
      endsIdle: false,
    },
  ],
  [
    traefik,
    await programs.traefik(),
    {
      ...{ limits: shortWrite, ends: ["event stream", "download"], endsIdle: false },
    },
  ],
  [
    traefikPlugin,
    await programs.traefik(),
    { limits: shortWrite, ends: ["event stream", "download"], endsIdle: false },
  ],
];

const configureHost = (config: Tree) => {
  config.session.cookies[0].identity_headers = { user: ["X-WEBAUTH-USER"] };
};

programs.describeWith(await programs.envoy(), "envoy", (envoy) => {
  const apply = (text: string) => envoyGate.limits.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
  holds(envoyGate, () => Stack.start({ envoy, configureHost, configureEnvoy: apply }));
});

for (const [kind, needed, changed] of changes)
  programs.describeWith(needed, kind.name, (program) => {
    const proxy = {
      ...kind,
      replace: (places: Parameters<ProxyKind["replace"]>[0]) => [...kind.replace(places), ...changed.limits],
    };
    const options = changed.lacksHeader ? {} : { configureHost };
    holds(changed, () => ForwardAuthStack.start({ ...proxy, inactivity: 60 }, program, options));
  });

/** Side by side, each with a site of its own: they wait for limits most of the time. */
function holds(changed: Changed, start: () => Promise<Site>): void {
  test.skipIf(changed.lacksHeader)(
    "tells who asks in a further header, which no client can send",
    { concurrent: true },
    async () => {
      await using site = await start();
      const cookie = await site.login("alice");
      const forged: HeaderLines = ["X-WEBAUTH-USER", "x_webauth_user", "X-Webauth_User", "x.webauth.user"].map(
        (name) => [name, "evil"] as const,
      );
      for (const [host, headers, user] of [
        ["app", [["cookie", cookie] as const, ...forged], "alice"],
        ["public", forged, undefined],
      ] as const) {
        const { headers: seen } = seenBy(await site.client.get(site.url(host), { headers }));
        expect([seen["x-webauth-user"], seen["remote-user"]], host).toEqual([user, user]);
        expect(JSON.stringify(seen)).not.toContain("evil");
      }
    },
  );

  test.concurrent("ends streams by its limits, and no others", async () => {
    await using site = await start();
    const cookie = await site.login("alice");
    const lines = (accept: string): HeaderLines => [
      ["accept", accept],
      ["cookie", cookie],
    ];
    const open = (path: string, accept: string, http: "1.1" | "2") =>
      EventStream.open({ ca: site.ca, url: site.url("app", path), headers: lines(accept), http });
    const socket = await WebSocketConnection.open({
      ca: site.ca,
      url: site.url("app", "/socket"),
      headers: lines("*/*"),
    });
    // An idle one ends by another limit.
    const talk = setInterval(() => void socket.exchange("still here").catch(() => {}), 300);
    const idle = await open("/events?once", "text/event-stream", "1.1");
    // nginx's files do not offer HTTP/2.
    const versions = changed.ends.length === 0 ? (["1.1"] as const) : (["1.1", "2"] as const);
    const streams = {
      "event stream": await Promise.all(versions.map((http) => open("/events", "text/event-stream", http))),
      download: await Promise.all(versions.map((http) => open("/events?type=application/octet-stream", "*/*", http))),
      WebSocket: [socket],
    };
    try {
      if (changed.endsIdle) await idle.closed;
      const ended = changed.ends.flatMap((kind): readonly { readonly closed: Promise<void> }[] => streams[kind]);
      await Promise.all(ended.map(({ closed }) => closed));
      if (changed.ends.length === 0)
        for (const stream of streams["event stream"]) expect(await stream.next()).toContain("data: ");
    } finally {
      clearInterval(talk);
      const all = [idle, ...Object.values(streams).flat()];
      await Promise.all(all.map((stream) => stream[Symbol.asyncDispose]()));
    }
  });
}
