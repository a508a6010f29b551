// Certificates for trying Zerohop out: an authority and a server certificate for a domain and all its hosts. The authority's private
// key is never written down: once it has signed, nobody can sign with it.
import { KeyObject, webcrypto } from "node:crypto";
// First of all: it extends Reflect, which x509 needs as it loads.
import "reflect-metadata";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";

/** Texts in PEM. */
export interface TrialCertificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const day = 24 * 3600 * 1000;
const lifetime = 397 * day; // the longest that browsers accept
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Makes the certificates for `domain` and `*.domain`. `name` is the authority's. */
export async function trialCertificates(domain: string, name: string): Promise<TrialCertificates> {
  // An hour back, for a browser on a machine whose clock is a little behind.
  const notBefore = new Date(Date.now() - 3600_000);
  const validity = { notBefore, notAfter: new Date(notBefore.getTime() + lifetime) };
  const [authority, server] = await Promise.all([newKeys(), newKeys()]);
  const issuer = [{ CN: [name] }];
  const certificates = [
    await x509.X509CertificateGenerator.createSelfSigned({
      ...{ name: issuer, keys: authority, signingAlgorithm: algorithm, ...validity },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        onlyFor(domain),
        await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
      ],
    }),
    await x509.X509CertificateGenerator.create({
      ...{ issuer, subject: [{ CN: [`*.${domain}`] }], signingAlgorithm: algorithm, ...validity },
      ...{ publicKey: server.publicKey, signingKey: authority.privateKey },
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([`*.${domain}`, domain].map((value) => ({ type: "dns", value }))),
        await x509.SubjectKeyIdentifierExtension.create(server.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      ],
    }),
  ];
  const [ca, own] = certificates.map((certificate) => `${certificate.toString("pem")}\n`);
  const key = KeyObject.from(server.privateKey).export({ type: "pkcs8", format: "pem" });
  return { authority: ca!, certificate: own!, key: String(key) };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** An authority can vouch for names at and under `domain` only (RFC 5280 section 4.2.1.10): trusting it puts no other site at risk. */
function onlyFor(domain: string): x509.Extension {
  const subtree = new asn1.GeneralSubtree({ base: new asn1.GeneralName({ dNSName: domain }) });
  const constraints = new asn1.NameConstraints({ permittedSubtrees: new asn1.GeneralSubtrees([subtree]) });
  return new x509.Extension(asn1.id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}
