// The demo's certificates: good for its own hosts only, and kept.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tlsFiles } from "../../workshop/certificates/tls-files.ts";

const domain = "zerohop.localhost";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zerohop-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a server certificate is for the domain and its hosts, and signed by the authority", async () => {
  const files = await tlsFiles(folder, domain);
  const authority = new X509Certificate(readFileSync(files.authority));
  const server = new X509Certificate(readFileSync(files.certificate));
  expect(authority.ca).toBe(true);
  expect(server.ca).toBe(false);
  expect(server.checkIssued(authority)).toBe(true);
  expect(server.verify(authority.publicKey)).toBe(true);
  const hosts = [domain, `app.${domain}`, "localhost", "example.com", `a.b.${domain}`];
  expect(hosts.filter((host) => server.checkHost(host))).toEqual([domain, `app.${domain}`]);
});

test("certificates last for a year, and not longer than browsers accept", async () => {
  const { validFromDate, validToDate } = new X509Certificate(
    readFileSync((await tlsFiles(folder, domain)).certificate),
  );
  const days = (validToDate.getTime() - validFromDate.getTime()) / 86_400_000;
  expect(days).toBeGreaterThan(365);
  expect(days).toBeLessThanOrEqual(398);
});

test("the authority's private key is not kept", async () => {
  await tlsFiles(folder, domain);
  expect(readdirSync(folder).sort()).toEqual(["ca.pem", "server.key", "server.pem"]);
});

test("certificates are made once", async () => {
  const { certificate } = await tlsFiles(folder, domain);
  const before = readFileSync(certificate, "utf8");
  await tlsFiles(folder, domain);
  expect(readFileSync(certificate, "utf8")).toBe(before);
});

test("certificates are made anew when a file is gone or for another domain", async () => {
  const { certificate, key } = await tlsFiles(folder, domain);
  const first = readFileSync(certificate, "utf8");
  rmSync(key);
  await tlsFiles(folder, domain);
  const second = readFileSync(certificate, "utf8");
  expect(second).not.toBe(first);
  await tlsFiles(folder, "example.com");
  expect(readFileSync(certificate, "utf8")).not.toBe(second);
});
