// The connection to an LDAP server: TCP or a Unix socket, and TLS from the start (ldaps) or by StartTLS (RFC 4511, section
// 4.14). Where TLS is asked for there is no way without it.
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { BerReader } from "ldapts";
import { DirectoryUnavailable } from "../profiles.ts";

export type LdapAddress =
  | { readonly scheme: "ldap" | "ldaps"; readonly host: string; readonly port: number }
  | { readonly scheme: "ldapi"; readonly path: string };

export interface TransportOptions {
  readonly address: LdapAddress;
  readonly startTls: boolean;
  /** PEM certificates of the authorities to trust in place of the system's. */
  readonly ca: string | undefined;
  /** The name that the server's certificate must have, when it is not the address's. */
  readonly serverName: string | undefined;
  readonly minimumVersion: "TLSv1.2" | "TLSv1.3";
  /** Milliseconds for all of it, and for each operation later. */
  readonly timeout: number;
}

/** Opens a connection that operations may go over. Throws DirectoryUnavailable. */
export async function openTransport(options: TransportOptions): Promise<Socket> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no connection within ${options.timeout} ms`)), options.timeout);
  const { address } = options;
  const socket = address.scheme === "ldapi" ? connect(address.path) : connect(address.port, address.host);
  // Errors after the one that ends the attempt have nobody else to hear them.
  socket.on("error", () => {});
  try {
    return await Promise.race([expired, establish(socket, options)]);
  } catch (error) {
    socket.destroy();
    throw new DirectoryUnavailable(`cannot connect to the LDAP server: ${(error as Error).message}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function establish(socket: Socket, { address, startTls, ...options }: TransportOptions): Promise<Socket> {
  await once(socket, "connect");
  socket.setNoDelay(true);
  if (startTls) await askForTls(socket);
  if (address.scheme === "ldapi" || !(startTls || address.scheme === "ldaps")) return socket;
  const { ca, minimumVersion } = options;
  const name = options.serverName ?? address.host;
  const secure = connectTls({
    socket,
    // The name is checked in either case; server name indication is for names only (RFC 6066, section 3).
    ...(isIP(name) ? { host: name } : { servername: name }),
    ...(ca !== undefined && { ca }),
    minVersion: minimumVersion,
  });
  secure.on("error", () => socket.destroy());
  await once(secure, "secureConnect");
  return secure;
}

const startTlsOid = "1.3.6.1.4.1.1466.20037";
const messageId = 1;
const extendedResponse = 0x78;
/** A server's refusal comes with a sentence, hardly with more. Bytes. */
const longestAnswer = 4096;

const startTlsRequest = Buffer.concat([
  Buffer.from([0x30, 0x1d, 0x02, 0x01, messageId, 0x77, 0x18, 0x80, startTlsOid.length]),
  Buffer.from(startTlsOid),
]);

/** Settles when the server is about to speak TLS. What comes with its answer was not protected: then nothing is believed. */
function askForTls(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const settle = (error?: Error) => {
      socket.off("data", onData).off("end", onEnd).off("error", settle);
      if (error) reject(error);
      else resolve();
    };
    const onEnd = () => settle(new Error("the server closed the connection instead of starting TLS"));
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      try {
        if (isStartTlsAgreed(received)) settle();
      } catch (error) {
        settle(error as Error);
      }
    };
    socket.on("data", onData).on("end", onEnd).on("error", settle);
    socket.write(startTlsRequest);
  });
}

/** False while the answer is not complete. Throws when it is anything but a yes, and that alone. */
function isStartTlsAgreed(bytes: Buffer): boolean {
  if (bytes.length > longestAnswer) throw new Error("the server's answer to StartTLS is too long");
  const reader = new BerReader(bytes);
  if (reader.readSequence() === null || reader.remain < reader.length) return false;
  if (reader.remain > reader.length) throw new Error("the server sent data between StartTLS and TLS");
  if (reader.readInt() !== messageId || reader.readSequence() !== extendedResponse)
    throw new Error("the server's answer to StartTLS makes no sense");
  const result = reader.readEnumeration();
  if (result !== 0) throw new Error(`the server refused StartTLS with result code ${result}`);
  return true;
}
