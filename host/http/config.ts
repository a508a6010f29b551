// The section `server`: the host's own HTTP service.
import { resolve } from "node:path";
import { type ListenAddress, listenAddress } from "../kit/config/listen-address.ts";
import { isMapping, valueAt } from "../kit/config/mapping.ts";
import { loopback, type Network, networks } from "../kit/config/network.ts";
import type { Report } from "../kit/config/report.ts";
import { configSection } from "../kit/config/section.ts";
import { readTlsPair, type TlsFiles, TlsMistake } from "../kit/config/tls-pair.ts";
import { optionalLeaf, parseFilePath } from "../kit/config/values.ts";
import { section } from "../kit/yaml/schema.ts";

export interface ServerConfig {
  readonly address: ListenAddress;
  /** Where HAProxy asks over SPOP. null: nowhere. */
  readonly spoeAddress: ListenAddress | null;
  /** Whose X-Forwarded-* headers are believed, everywhere. This machine where the file names none. */
  readonly trustedProxies: readonly Network[];
  /** null: plain HTTP. */
  readonly tls: TlsFiles | null;
}

const pemFile = optionalLeaf(parseFilePath, "the path of a PEM file");

export const serverSection = configSection({
  keys: {
    server: section({
      address: listenAddress.prefault("tcp://127.0.0.1:9091"),
      spoe_address: listenAddress.nullish(),
      trusted_proxies: networks.nullish(),
      tls: section({
        certificate: pemFile,
        key: pemFile,
      }).meta({ dependencies: { certificate: ["key"], key: ["certificate"] } }),
    }),
  },
  config: ({ server: { address, spoe_address, trusted_proxies, tls } }, { folder }): ServerConfig => ({
    address,
    spoeAddress: spoe_address ?? null,
    trustedProxies: trusted_proxies ?? loopback,
    tls:
      tls.certificate && tls.key
        ? { certificate: resolve(folder, tls.certificate), key: resolve(folder, tls.key) }
        : null,
  }),
  check(written, _folder, report) {
    const tls = valueAt(written, ["server", "tls"]);
    if (!isMapping(tls)) return;
    for (const [part, other] of [
      ["key", "certificate"],
      ["certificate", "key"],
    ] as const)
      if (tls[other] && !tls[part]) report.add(["server", "tls", part], `is required beside server.tls.${other}`);
  },
  verify({ tls }, report) {
    if (tls) checkPair(tls, report);
  },
});

/** A certificate comes with its own key. */
function checkPair(files: TlsFiles, report: Report): void {
  try {
    readTlsPair(files);
  } catch (error) {
    if (!(error instanceof TlsMistake)) throw error;
    report.add(["server", "tls", error.part], error.message);
  }
}
