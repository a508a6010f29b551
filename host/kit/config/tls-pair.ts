// The host's own certificate and key: read from two PEM files, and checked to belong together.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { readRegularFile, whyUnreadable } from "../files/read-file.ts";
import { Mistake } from "../yaml/schema.ts";

/** Absolute paths of PEM files. */
export interface TlsFiles {
  /** The certificate, then those that lead from it to its authority. */
  readonly certificate: string;
  readonly key: string;
}

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Which of the two files is wrong, and how. */
export class TlsMistake extends Mistake {
  readonly part: keyof TlsFiles;

  constructor(part: keyof TlsFiles, message: string) {
    super(message);
    this.part = part;
  }
}

/** Reads both files. Throws TlsMistake. */
export function readTlsPair(files: TlsFiles): TlsPair {
  const pair = { cert: read("certificate", files), key: read("key", files) };
  const certificate = parse("certificate", () => new X509Certificate(pair.cert));
  const key: KeyObject = parse("key", () => createPrivateKey(pair.key));
  if (!certificate.checkPrivateKey(key)) throw new TlsMistake("key", "is not the key of the certificate");
  // What OpenSSL refuses beyond that: a key too short, a broken chain behind the certificate.
  parse("certificate", () => createSecureContext(pair));
  return pair;
}

function read(part: keyof TlsFiles, files: TlsFiles): Buffer {
  try {
    return readRegularFile(files[part]);
  } catch (error) {
    throw new TlsMistake(part, `cannot be read: ${whyUnreadable(error)}`);
  }
}

function parse<T>(part: keyof TlsFiles, parser: () => T): T {
  try {
    return parser();
  } catch {
    const wanted = part === "key" ? "an unencrypted private key" : "a certificate";
    throw new TlsMistake(part, `must be ${wanted} in PEM that TLS can use`);
  }
}
