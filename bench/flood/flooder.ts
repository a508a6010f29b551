// A program that sends requests on one connection as fast as they are taken, for so many seconds, and prints how many were
// answered: `flooder.ts PORT http1|http2 AUTHORITY SECONDS FILE`, where FILE has one cookie a line, empty for none.
import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { requestText } from "../life/connection.ts";

const [port, protocol, authority, seconds, file] = process.argv.slice(2) as [string, string, string, string, string];
const cookies = readFileSync(file, "utf8").split("\n");
const headersOf = (cookie: string) => ({ accept: "text/html", ...(cookie === "" ? {} : { cookie }) });

let answers = 0;
if (protocol === "http2") flood2(connectHttp2(`http://127.0.0.1:${port}`));
else flood1();
setTimeout(() => {
  console.log(answers);
  process.exit();
}, Number(seconds) * 1000);

/** As many requests ahead of their answers (pipelining) as Envoy bears: one more, and it closes the connection. */
function flood1(): void {
  const ahead = 2;
  const mark = "HTTP/1.1 ";
  const requests = cookies.map((cookie) => requestText({ host: authority, path: "/", headers: headersOf(cookie) }));
  const socket = connect(Number(port), "127.0.0.1");
  let sent = 0;
  let unread = "";
  const send = (count: number) => {
    for (let i = 0; i < count; i++) socket.write(requests[sent++ % requests.length]!);
  };
  socket.setNoDelay(true).setEncoding("latin1");
  socket.on("connect", () => send(ahead));
  socket.on("data", (text: string) => {
    const parts = (unread + text).split(mark);
    unread = parts.at(-1)!.slice(1 - mark.length);
    answers += parts.length - 1;
    send(parts.length - 1);
  });
}

/** As many streams at once as the proxy allows. */
function flood2(session: ClientHttp2Session): void {
  const streams = 100;
  let sent = 0;
  const send = () => {
    const headers = headersOf(cookies[sent++ % cookies.length]!);
    const stream = session.request({ ":authority": authority, ":path": "/", ...headers });
    stream.on("response", () => answers++);
    stream.on("close", send);
    stream.resume();
  };
  session.once("remoteSettings", () => {
    for (let i = 0; i < streams; i++) send();
  });
}
