// A program that opens a database and kills itself right before one of its statements: `opener.ts CONFIG NUMBER`. PRAGMAs and
// what only reads count as well.
import { flushCompileCache } from "node:module";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { openDatabase } from "../../../../host/kit/sql/open.ts";

flushCompileCache();
const [config = "", last = ""] = process.argv.slice(2);
let left = Number(last);

function count(): void {
  left--;
  if (left === 0) process.kill(process.pid, "SIGKILL");
}

const { exec, prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  count();
  exec.call(this, sql);
};
DatabaseSync.prototype.prepare = function (...args) {
  count();
  return prepare.apply(this, args);
};
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  count();
  return (query as (...all: unknown[]) => unknown).apply(this, args);
} as typeof query;

await (await openDatabase(JSON.parse(config))).close();
