// What the config says of the host's own HTTP service.
import type { ListenAddress } from "../kit/config/listen-address.ts";
import type { Network } from "../kit/config/network.ts";
import type { TlsFiles } from "../kit/config/tls-pair.ts";

export interface ServerConfig {
  readonly address: ListenAddress;
  /** Whose X-Forwarded-* headers are believed, everywhere. This machine where the file names none. */
  readonly trustedProxies: readonly Network[];
  /** null: plain HTTP. */
  readonly tls: TlsFiles | null;
}
