// The ways to put Zerohop into a proxy, each with the real proxy in front of the same site and a lease of one second.
import { usersFile } from "../host/users.ts";
import * as programs from "../programs/needed.ts";
import { type Needed, onPath } from "../programs/on-path.ts";
import { ForwardAuthStack, inactivity, takeShortLeases } from "./forward-auth-stack.ts";
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
} from "./kinds.ts";
import type { Limits, ProxyKind } from "./proxy-kind.ts";
import type { Site, Tree } from "./site.ts";
import { Stack } from "./stack.ts";
import { people } from "./users.ts";

export interface Integration extends Limits {
  /** As in `differs` of the table. */
  readonly name: string;
  readonly needed: Needed;
  /** `application` is the port of one of the test's own, in place of the demo's; `configure` has the last word about the host. */
  start(program: string, application?: number, configure?: (config: Tree) => void): Promise<Site>;
}

/** Wrong passwords are sent one after the other here, and right ones in between. */
const unregulated = (configure?: (config: Tree) => void) => (config: Tree) => {
  config.regulation = { max_retries: 0 };
  configure?.(config);
};

const asked = (proxy: ProxyKind, needed: Needed): Integration => ({
  ...proxy,
  needed,
  start: async (program, application, configure) =>
    ForwardAuthStack.start(proxy, program, {
      ...{ application, configureHost: unregulated(configure), users: await usersFile(people) },
    }),
});

const gate: Integration = {
  name: "envoy",
  needed: await programs.envoy(),
  appendsForwardedFor: true,
  start: async (program, application, configure) =>
    Stack.start({
      ...{ envoy: program, application, users: await usersFile(people) },
      configureHost(config) {
        takeShortLeases(config, inactivity);
        unregulated(configure)(config);
      },
    }),
};

export const integrations: readonly Integration[] = [
  gate,
  asked(envoyExtAuthz, await programs.envoy()),
  asked(nginx, onPath("nginx")),
  asked(nginxWasm, onPath("nginx")),
  asked(haproxy, onPath("haproxy")),
  asked(apache, onPath("apache2")),
  asked(caddy, await programs.caddy()),
  asked(caddyModule, await programs.caddyModule()),
  asked(traefik, await programs.traefik()),
  asked(traefikPlugin, await programs.traefik()),
];
