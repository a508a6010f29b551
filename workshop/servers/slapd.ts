// A real OpenLDAP server on loopback, with people and groups, in a folder of its own. Its schema has the words of Active
// Directory and FreeIPA about accounts, so that those are tested too.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type TlsFiles, tlsFiles } from "../certificates/tls-files.ts";
import { freePort, isListening } from "../processes/ports.ts";
import { type Needed, onPath } from "../programs/on-path.ts";
import { until } from "../waiting.ts";

export const base = "dc=example,dc=com";
export const service = { dn: `cn=zerohop,${base}`, password: "the service's own" };
const admin = { dn: `cn=admin,${base}`, password: "the admin's own" };
/** The name in the server's certificate. */
export const serverName = "ldap.test";

/** The server and the tools that fill it; named as one, for they come together. */
export const slapdProgram: Needed = {
  name: "slapd and ldap-utils",
  path: onPath("ldapadd").path && onPath("slappasswd").path && onPath("slapd").path,
};

export interface Slapd {
  readonly port: number;
  readonly securePort: number;
  readonly socket: string;
  readonly tls: TlsFiles;
  /** Adds or changes entries as the administrator, by LDIF; `options` are ldapmodify's. */
  apply(ldif: string, ...options: readonly string[]): void;
  /** An attribute's value in base64, as the administrator sees it. */
  read(dn: string, attribute: string): string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts again with the same data on the same ports. */
  start(): Promise<void>;
}

export interface SlapdOptions {
  /** Without a certificate the server refuses StartTLS. */
  readonly certificate?: boolean;
  /** Whether it takes binds without a password for anonymous ones, as RFC 4513 describes and Active Directory does. */
  readonly allowUnauthenticated?: boolean;
  /** Whether the server has rules for passwords of its own (slapo-ppolicy): 20 characters, and none of the last three. */
  readonly passwordPolicy?: boolean;
}

/** Starts a server whose people are alice (admins, dev), bob, carol and others; it ends with the suite or the test. */
export async function startSlapd({
  certificate = true,
  allowUnauthenticated = false,
  passwordPolicy = false,
}: SlapdOptions = {}): Promise<Slapd & { end(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-slapd-"));
  mkdirSync(join(folder, "data"));
  const tls = await tlsFiles(folder, serverName);
  const [port, securePort] = [await freePort(), await freePort()];
  const socket = join(folder, "ldapi");
  writeFileSync(
    join(folder, "slapd.conf"),
    configuration(folder, certificate ? tls : undefined, { allowUnauthenticated, passwordPolicy }),
  );
  const urls = [`ldap://127.0.0.1:${port}`, `ldapi://${encodeURIComponent(socket)}`];
  if (certificate) urls.push(`ldaps://127.0.0.1:${securePort}`);

  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(slapdProgram.path!, ["-d", "0", "-h", urls.join(" "), "-f", join(folder, "slapd.conf")], {
      stdio: "ignore",
    });
    await until(() => isListening(port));
  };
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  const apply = (ldif: string, ...options: readonly string[]) => {
    const args = [...options, "-x", "-H", `ldap://127.0.0.1:${port}`, "-D", admin.dn, "-w", admin.password];
    execFileSync("ldapmodify", args, { input: ldif, stdio: ["pipe", "ignore", "pipe"] });
  };
  const read = (dn: string, attribute: string) => {
    const args = ["-x", "-H", `ldap://127.0.0.1:${port}`, "-D", admin.dn, "-w", admin.password];
    const search = ["-LLL", "-o", "ldif-wrap=no", "-b", dn, "-s", "base", attribute];
    return /:: (.+)/.exec(execFileSync("ldapsearch", [...args, ...search], { encoding: "utf8" }))![1]!;
  };
  const end = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
    apply(people());
    if (passwordPolicy) apply(policy);
  } catch (error) {
    await end();
    throw error;
  }
  return { port, securePort, socket, tls, apply, read, kill, start, end };
}

/** A server of one test. */
export async function startOwnSlapd(options?: SlapdOptions): Promise<Slapd> {
  const slapd = await startSlapd(options);
  onTestFinished(slapd.end);
  return slapd;
}

function configuration(
  folder: string,
  tls: TlsFiles | undefined,
  { allowUnauthenticated, passwordPolicy }: SlapdOptions,
): string {
  const attribute = (number: number, name: string) =>
    `attributetype ( 1.3.6.1.4.1.99999.1.${number} NAME '${name}' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )`;
  const names = ["sAMAccountName", "userAccountControl", "accountExpires", "pwdLastSet", "nsAccountLock"];
  names.push("krbPrincipalExpiration", "krbPasswordExpiration");
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload argon2
${passwordPolicy ? "moduleload ppolicy" : ""}
${names.map((name, index) => attribute(index + 1, name)).join("\n")}
attributetype ( 1.2.840.113556.1.4.90 NAME 'unicodePwd' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
objectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'testAccount' SUP top AUXILIARY MAY ( ${names.join(" $ ")} $ unicodePwd ) )
pidfile ${folder}/slapd.pid
password-hash {SSHA}
${allowUnauthenticated ? "allow bind_anon_cred bind_anon_dn" : ""}
${tls ? `TLSCertificateFile ${tls.certificate}\nTLSCertificateKeyFile ${tls.key}` : ""}
database mdb
maxsize 67108864
suffix "${base}"
rootdn "${admin.dn}"
rootpw "${admin.password}"
directory ${folder}/data
index objectClass,uid,mail,member eq
limits dn.exact="${service.dn}" size.soft=500 size.hard=500 size.prtotal=unlimited
overlay memberof
${passwordPolicy ? `overlay ppolicy\nppolicy_default "cn=policy,${base}"` : ""}
access to attrs=userPassword,unicodePwd by dn.exact="${service.dn}" write by anonymous auth by * none
access to dn.subtree="ou=hidden,${base}" by * none
access to * by users read by * none
`;
}

const policy = `dn: cn=policy,${base}
changetype: add
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdCheckQuality: 2
pwdMinLength: 20
pwdInHistory: 3
`;

/** Passwords are "demo"; alice's and bob's are hashed with argon2, as a server does that cares. */
function people(): string {
  const hash = execFileSync(
    "slappasswd",
    ["-o", "module-path=/usr/lib/ldap", "-o", "module-load=argon2", "-h", "{ARGON2}", "-s", "demo"],
    { encoding: "utf8" },
  ).trim();
  const entry = (dn: string, ...lines: readonly string[]) =>
    `dn: ${dn},${base}\nchangetype: add\n${lines.join("\n")}\n`;
  const person = (uid: string, password: string, ...lines: readonly string[]) =>
    entry(
      `uid=${uid},ou=people`,
      "objectClass: inetOrgPerson",
      "objectClass: testAccount",
      `uid: ${uid}`,
      "sn: Person",
      `userPassword: ${password}`,
      ...(lines.some((line) => line.startsWith("cn:")) ? lines : [`cn: ${uid}`, ...lines]),
    );
  const group = (cn: string, ...members: readonly string[]) =>
    entry(
      `cn=${cn},ou=groups`,
      "objectClass: groupOfNames",
      ...members.map((uid) => `member: uid=${uid},ou=people,${base}`),
    );
  return [
    `dn: ${base}\nchangetype: add\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n`,
    entry("ou=people", "objectClass: organizationalUnit"),
    entry("ou=groups", "objectClass: organizationalUnit"),
    entry("ou=roles", "objectClass: organizationalUnit"),
    entry(
      "cn=zerohop",
      "objectClass: applicationProcess",
      "objectClass: simpleSecurityObject",
      `userPassword: ${service.password}`,
    ),
    person("alice", hash, "displayName: Alice Liddell", "mail: alice@example.com", "sAMAccountName: alice"),
    person("bob", hash, "displayName:: QsO2YiDFhcO4", "mail: bob@example.com"),
    person("carol", "demo", "nsAccountLock: TRUE"),
    person("dora", "demo", "userAccountControl: 514"),
    person("emil", "demo", "userAccountControl: 512", "accountExpires: 9223372036854775807", "pwdLastSet: 1"),
    person("fred", "demo", "accountExpires: 131000000000000000"),
    person("gina", "demo", "krbPasswordExpiration: 20200101000000Z"),
    person("hugo", "demo", "krbPasswordExpiration: 29990101000000Z"),
    person("zoë", "demo", "mail: zoe@example.com"),
    person("o\\2c m*(x)\\5c", "demo").replace("uid: o\\2c m*(x)\\5c\n", "uid: o, m*(x)\\\n"),
    entry("uid=nopass,ou=people", "objectClass: inetOrgPerson", "uid: nopass", "cn: nopass", "sn: Person"),
    person("twin1", "demo", "mail: twin@example.com"),
    person("twin2", "demo", "mail: twin@example.com"),
    person("mimic", "demo", "mail: alice"),
    group("admins", "alice"),
    group("dev", "alice", "bob", "o\\2c m*(x)\\5c"),
    group("staff\\2c all", "alice", "bob"),
    // What would be more than one line, or more than one group, in a header.
    group("\\20wheel", "bob"),
    group("x\\0d\\0aRemote-User: root", "bob"),
    person(
      "eve",
      "demo",
      `displayName:: ${Buffer.from("Eve\r\nRemote-Groups: admins").toString("base64")}`,
      `mail:: ${Buffer.from("eve@example.com\0").toString("base64")}`,
    ),
    person("long", "demo", `displayName: ${"x".repeat(10_240)}`),
    group("largest", "zoë"),
    entry("cn=elsewhere,ou=roles", "objectClass: groupOfNames", `member: uid=alice,ou=people,${base}`),
  ].join("\n");
}
