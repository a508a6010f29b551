// Certificates for TLS on this machine: an authority and a server certificate for a domain and all its hosts, made on the spot and
// kept until they run out.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { trialCertificates } from "../../host/kit/certificates/trial.ts";

export interface TlsFiles {
  /** Paths of PEM files. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const margin = 7 * 24 * 3600 * 1000;

/** Makes the certificates for `domain` and `*.domain` in `folder`, or finds those of an earlier start. */
export async function tlsFiles(folder: string, domain: string): Promise<TlsFiles> {
  const files: TlsFiles = {
    authority: join(folder, "ca.pem"),
    certificate: join(folder, "server.pem"),
    key: join(folder, "server.key"),
  };
  if (!areUsable(files, domain)) await write(files, folder, domain);
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
      server.checkHost(domain) !== undefined &&
      server.validToDate.getTime() - Date.now() > margin
    );
  } catch {
    return false; // unreadable files are made anew like missing ones
  }
}

async function write(files: TlsFiles, folder: string, domain: string): Promise<void> {
  const { authority, certificate, key } = await trialCertificates(domain, `Zerohop demo authority for ${domain}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(files.authority, authority);
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key, { mode: 0o600 });
}
