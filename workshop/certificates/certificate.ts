// X.509 v3 certificates (RFC 5280) with ECDSA P-256 keys, written as DER: just what a demo certificate authority and its
// server certificate need.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface Authority {
  /** The authority's name, its subject and its certificates' issuer. */
  readonly name: string;
  readonly key: KeyObject;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export function generateKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/**
 * A self-signed authority that can vouch for names at and under `domain` only (RFC 5280 section 4.2.1.10), so that
 * trusting it puts no other site at risk. Returns PEM.
 */
export function authorityCertificate(authority: Authority, domain: string, validity: Validity): string {
  return certificate(authority, authority.name, authority.key, validity, [
    extension(oids.basicConstraints, sequence(boolean(true), integer(Buffer.of(0))), true),
    extension(oids.keyUsage, bitString(Buffer.of(0b0000_0110), 1), true), // keyCertSign, cRLSign
    extension(oids.nameConstraints, sequence(tagged(0, sequence(dnsName(domain)))), true),
  ]);
}

/** A TLS server's certificate for `names`, each a host name or `*.` and a domain. Returns PEM. */
export function serverCertificate(
  authority: Authority,
  names: readonly string[],
  key: KeyObject,
  validity: Validity,
): string {
  return certificate(authority, names[0]!, key, validity, [
    extension(oids.basicConstraints, sequence(), true),
    extension(oids.keyUsage, bitString(Buffer.of(0b1000_0000), 7), true), // digitalSignature
    extension(oids.extendedKeyUsage, sequence(oid(oids.serverAuth))),
    extension(oids.subjectAltName, sequence(...names.map(dnsName))),
  ]);
}

function certificate(
  issuer: Authority,
  subject: string,
  key: KeyObject,
  validity: Validity,
  extensions: readonly Buffer[],
): string {
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const body = sequence(
    tagged(0, integer(Buffer.of(2))), // version 3
    integer(serialNumber()),
    algorithm,
    name(issuer.name),
    sequence(time(validity.notBefore), time(validity.notAfter)),
    name(subject),
    publicKeyInfo(key),
    tagged(
      3,
      sequence(
        ...extensions,
        extension(oids.subjectKeyIdentifier, octetString(keyIdentifier(key))),
        extension(oids.authorityKeyIdentifier, sequence(tlv(0x80, keyIdentifier(issuer.key)))),
      ),
    ),
  );
  const der = sequence(body, algorithm, bitString(sign("sha256", body, issuer.key)));
  const lines = der.toString("base64").match(/.{1,64}/g)!;
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

const oids = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

/** Positive and unpredictable, 127 bits (RFC 5280 section 4.1.2.2). */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial;
}

function publicKeyInfo(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha256").update(publicKeyInfo(key)).digest().subarray(0, 20);
}

function name(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid(oids.commonName), tlv(0x0c, Buffer.from(commonName)))));
}

function dnsName(host: string): Buffer {
  return tlv(0x82, Buffer.from(host, "ascii"));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value));
}

/** UTCTime, which RFC 5280 section 4.1.2.5 wants for every date before 2050. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return tlv(0x17, Buffer.from(`${digits}Z`));
}

function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  return tlv(0x06, Buffer.from([first! * 40 + second!, ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let left = arc >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

function boolean(value: boolean): Buffer {
  return tlv(0x01, Buffer.of(value ? 0xff : 0));
}

function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes);
}

function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return tlv(0x03, Buffer.of(unusedBits), bytes);
}

function octetString(bytes: Buffer): Buffer {
  return tlv(0x04, bytes);
}

function sequence(...items: Buffer[]): Buffer {
  return tlv(0x30, ...items);
}

/** An explicitly tagged value, `[number]`. */
function tagged(number: number, ...items: Buffer[]): Buffer {
  return tlv(0xa0 | number, ...items);
}

/** One DER value: tag, length, content. */
function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...header), content]);
}
