// An LDAP server that answers as Active Directory documents it: codes in the text of refused binds, attributes in parts, referrals to its
// own partitions, passwords by unicodePwd. None is at hand; it is as little as that takes, over TLS on loopback.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { BerReader, BerWriter } from "ldapts";
import { onTestFinished } from "vitest";
import { type TlsFiles, tlsFiles } from "../certificates/tls-files.ts";

/** The name in the server's certificate. */
export const controllerName = "dc.corp.test";
export const domain = "DC=corp,DC=example,DC=com";
export const serviceAccount = { dn: `CN=zerohop,${domain}`, password: "the service's own" };
const dn = `CN=Alice,CN=Users,${domain}`;

/** MaxValRange is 1,500 on a real one. */
const valuesPerPart = 1500;

export interface ActiveDirectory {
  readonly address: string;
  readonly tls: TlsFiles;
  /** Of alice. `data`: what a bind with the right password is refused with, such as 773; undefined: with nothing. */
  account: { password: string; data: string | undefined; groups: readonly string[]; mail: readonly string[] };
  /** URLs that a search for groups refers to. */
  referrals: readonly string[];
}

/** Starts one that ends with the test; its files are in `folder`. */
export async function startActiveDirectory(folder: string): Promise<ActiveDirectory> {
  const tls = await tlsFiles(folder, controllerName);
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (let message = wholeMessage(received); message; message = wholeMessage(received)) {
        received = received.subarray(message.length);
        for (const answer of answersTo(message, directory)) socket.write(answer);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const directory: ActiveDirectory = {
    address: `ldaps://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tls,
    account: { password: "demo", data: undefined, groups: [], mail: ["alice@example.com"] },
    referrals: [],
  };
  return directory;
}

function wholeMessage(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 2) return undefined;
  const reader = new BerReader(bytes);
  if (reader.readSequence() === null || reader.remain < reader.length) return undefined;
  return bytes.subarray(0, reader.offset + reader.length);
}

const operations = { bind: 0x60, search: 0x63, modify: 0x66 } as const;

function* answersTo(message: Buffer, { account, referrals }: ActiveDirectory): Generator<Buffer> {
  const reader = new BerReader(message);
  reader.readSequence();
  const id = reader.readInt()!;
  switch (reader.readSequence()) {
    case operations.bind: {
      reader.readInt();
      const name = reader.readString()!;
      const password = reader.readString(0x80)!;
      const [expected, data] = name === dn ? [account.password, account.data] : [serviceAccount.password, undefined];
      const known = name === dn || name === serviceAccount.dn;
      const refusal = !known || password !== expected ? "52e" : data;
      const text = `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${refusal}, v2580`;
      return yield result(id, 0x61, refusal === undefined ? 0 : 49, refusal === undefined ? "" : text);
    }
    case operations.search: {
      const base = reader.readString()!;
      const text = message.toString("latin1");
      if (base === dn || text.includes("alice")) yield aliceEntry(id, account, text);
      else if (!text.includes("sAMAccountName"))
        for (const url of referrals)
          yield inMessage(id, (writer) => {
            writer.startSequence(0x73);
            writer.writeString(url);
            writer.endSequence();
          });
      return yield result(id, 0x65, 0, "");
    }
    case operations.modify: {
      const quoted = message.subarray(message.indexOf(Buffer.from('"', "utf16le")));
      const next = quoted.subarray(2, quoted.indexOf(Buffer.from('"', "utf16le"), 2)).toString("utf16le");
      const restricted = "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0\n";
      if (next.length < 20) return yield result(id, 0x67, 53, restricted);
      Object.assign(account, { password: next, data: undefined });
      return yield result(id, 0x67, 0, "");
    }
  }
}

function aliceEntry(id: number, { groups, mail, data }: ActiveDirectory["account"], request: string): Buffer {
  const first = Number(/memberOf;range=(\d+)-/.exec(request)?.[1] ?? 0);
  const part = groups.slice(first, first + valuesPerPart);
  const rest = first + part.length < groups.length;
  const memberOf =
    groups.length > valuesPerPart ? `memberOf;range=${first}-${rest ? first + part.length - 1 : "*"}` : "memberOf";
  const attributes: Readonly<Record<string, readonly string[]>> = {
    sAMAccountName: ["alice"],
    mail,
    pwdLastSet: [data === "773" ? "0" : "133000000000000000"],
    userAccountControl: ["512"],
    ...(part.length > 0 && { [memberOf]: part.map((name) => `CN=${name},OU=Groups,${domain}`) }),
  };
  return inMessage(id, (writer) => {
    writer.startSequence(0x64);
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of Object.entries(attributes)) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      for (const value of values) writer.writeString(value);
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
    writer.endSequence();
  });
}

function result(id: number, operation: number, code: number, text: string): Buffer {
  return inMessage(id, (writer) => {
    writer.startSequence(operation);
    writer.writeEnumeration(code);
    writer.writeString("");
    writer.writeString(text);
    writer.endSequence();
  });
}

function inMessage(id: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  write(writer);
  writer.endSequence();
  return writer.buffer;
}
