// Why a proxy may come to another outcome than the rest: each reason as it stands in docs/proxies.md.

export interface Difference {
  readonly outcome: string;
  readonly reason: string;
}

const because = (reason: string) => (outcome: string) => ({ outcome, reason });

export const cleanedPath = because(
  "Envoy and Traefik clean the path before anything is decided; rules and application both get the clean one.",
);

export const anothersScheme = because(
  "A gate inside the proxy leaves schemes that it does not know to the application. So do the endpoints for proxies where a session says who is asking; without one they ask for Basic, as Authelia does.",
);

export const noCredentials = because(
  "The plugin can ask nobody whom credentials stand for: they count for nothing, and a header that the cookie domain takes them from does not reach the application.",
);

export const unseen = because("Caddy passes Proxy-Authorization to nobody, the host that it asks included.");

export const oneLine = because("Envoy makes one line of both, which the gate and the application read alike.");

export const byThePortal = because(
  "The plugin can hold no request until the host has answered. It sends a browser whose lease has run out through the portal, which gives it the next one and sends it back without a page. What a script or a form asks goes on meanwhile, within the outage grace and four leases at most, and has the new lease in a moment.",
);

export const namedUpgrades = because(
  "Envoy refuses upgrades that its configuration does not name. The others leave them out, as Envoy does with h2c alone.",
);

export const namedForwarded = because("Envoy refuses a Connection header that names one of its own X-Forwarded-*.");

export const openStreams = because(
  "Such a proxy asks when a request begins, and gives nobody a way to end it later; only the gates in Envoy and in Caddy can. docs/streams.md says how long it goes on.",
);

export const apachesNul = because("Apache answers a path with a NUL by itself.");
