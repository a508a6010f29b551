// The ways to put Zerohop into a proxy, each with the real proxy in front of the same site and a lease of one second.
import { readFileSync } from "node:fs";
import type { HttpsClient } from "../clients/https-client.ts";
import * as programs from "../programs/needed.ts";
import { type Needed, onPath } from "../programs/needed.ts";
import {
  caddy,
  envoyExtAuthz,
  ForwardAuthStack,
  haproxy,
  inactivity,
  type Limits,
  nginx,
  nginxWasm,
  type ProxyKind,
  traefik,
  traefikPlugin,
} from "./forward-auth-stack.ts";
import { Stack } from "./stack.ts";
import { usersText } from "./users.ts";

export interface Site extends AsyncDisposable {
  readonly client: HttpsClient;
  /** PEM of the authority that signed the site's certificate. */
  readonly ca: string;
  readonly httpsPort: number;
  url(name: string, path?: string): string;
}

export interface Integration extends Limits {
  /** As in `differs` of the table. */
  readonly name: string;
  readonly needed: Needed;
  /** `application` is the port of one of the test's own, in place of the demo's. */
  start(program: string, application?: number): Promise<Site>;
}

/** Wrong passwords are sent one after the other here, and right ones in between. */
const regulation = { max_retries: 0 };
const unregulated = (config: string) => `${config}\nregulation: ${JSON.stringify(regulation)}\n`;

const asked = (proxy: ProxyKind, needed: Needed): Integration => ({
  ...proxy,
  needed,
  start: async (program, application) =>
    ForwardAuthStack.start(proxy, program, { application, configure: unregulated, users: await usersText() }),
});

const gate: Integration = {
  name: "envoy",
  needed: await programs.envoy(),
  appendsForwardedFor: true,
  async start(program, application) {
    const stack = await Stack.start({
      envoy: program,
      application,
      users: await usersText(),
      configureHost(config) {
        config.regulation = regulation;
        config.session.inactivity = `${inactivity}s`;
        // What the host takes from the proxies that ask it, whatever is configured.
        for (const cookie of config.session.cookies)
          cookie.basic = { headers: ["authorization", "proxy_authorization"] };
      },
    });
    return Object.assign(stack, { ca: readFileSync(stack.tls.authority, "utf8") });
  },
};

export const integrations: readonly Integration[] = [
  gate,
  asked(envoyExtAuthz, await programs.envoy()),
  asked(nginx, onPath("nginx")),
  asked(nginxWasm, onPath("nginx")),
  asked(haproxy, onPath("haproxy")),
  asked(caddy, await programs.caddy()),
  asked(traefik, await programs.traefik()),
  asked(traefikPlugin, await programs.traefik()),
];
