// The demo's host as a benchmark needs it: with leases that outlast a round.
import { Site, type SiteOptions, started } from "../../workshop/proxies/site.ts";

/** A host that listens, with nothing in front of it. `configureHost` changes its config. */
export function startHost({ configureHost, users }: SiteOptions = {}): Promise<Site> {
  return started(new Site(), async (site) => {
    await site.prepare({
      application: 9,
      users,
      configureHost(config) {
        // The longest lease, 5 minutes, so that the benchmark measures no renewals.
        config.session.inactivity = "1h";
        configureHost?.(config);
      },
    });
    site.startHost();
    await site.hostListens();
  });
}
