// The demo's certificates: an authority and a server certificate for every host of the demo, made on the spot and kept
// until they run out. The authority's private key is never written down: once it has signed, nobody can sign with it.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authorityCertificate, generateKey, serverCertificate } from "./certificate.ts";

export interface TlsFiles {
  /** Paths of PEM files. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const day = 24 * 3600 * 1000;
const lifetime = 397 * day; // the longest that browsers accept
const margin = 7 * day;

/** Makes the certificates for `domain` and `*.domain` in `folder`, or finds those of an earlier start. */
export function tlsFiles(folder: string, domain: string): TlsFiles {
  const files: TlsFiles = {
    authority: join(folder, "ca.pem"),
    certificate: join(folder, "server.pem"),
    key: join(folder, "server.key"),
  };
  if (!areUsable(files, domain)) write(files, folder, domain);
  return files;
}

function areUsable(files: TlsFiles, domain: string): boolean {
  if (![files.authority, files.certificate, files.key].every(existsSync)) return false;
  try {
    const authority = new X509Certificate(readFileSync(files.authority));
    const server = new X509Certificate(readFileSync(files.certificate));
    return (
      server.verify(authority.publicKey) &&
      server.checkPrivateKey(createPrivateKey(readFileSync(files.key))) &&
      server.checkHost(`app.${domain}`) !== undefined &&
      server.validToDate.getTime() - Date.now() > margin
    );
  } catch {
    return false; // unreadable files are made anew like missing ones
  }
}

function write(files: TlsFiles, folder: string, domain: string): void {
  const authority = { name: `Zerohop demo authority for ${domain}`, key: generateKey() };
  const key = generateKey();
  const now = Date.now();
  // An hour back, for a browser on a machine whose clock is a little behind.
  const validity = { notBefore: new Date(now - 3600_000), notAfter: new Date(now - 3600_000 + lifetime) };

  mkdirSync(folder, { recursive: true });
  writeFileSync(files.authority, authorityCertificate(authority, domain, validity));
  writeFileSync(files.certificate, serverCertificate(authority, [`*.${domain}`, domain], key, validity));
  writeFileSync(files.key, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}
