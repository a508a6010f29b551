// A real PostgreSQL server on loopback, in a folder of its own. It refuses to run as root, so root starts it as "nobody".
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { PostgresSettings } from "../../host/kit/sql/postgres/open.ts";
import { freePort } from "../processes/ports.ts";
import { type Needed, onPath } from "../programs/on-path.ts";
import { until } from "../waiting.ts";

const debianFolder = "/usr/lib/postgresql";

/** The server's programs are on PATH, or where Debian puts them. */
function located(name: string): string | undefined {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).sort().reverse() : [];
  const installed = versions.map((version) => join(debianFolder, version, "bin", name)).find(existsSync);
  return installed ?? onPath(name).path;
}

const initdb = located("initdb");
export const postgresProgram: Needed = { name: "postgresql", path: initdb && located("postgres") };

const nobody = 65_534;
const asUser = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

export interface Postgres {
  readonly port: number;
  /** Makes an empty database. */
  createDatabase(): Promise<PostgresSettings>;
  /**
   * Ends the server: "immediate", every process at once and without a checkpoint, or "fast", in order but waiting for
   * nobody who is connected.
   */
  kill(mode?: "immediate" | "fast"): Promise<void>;
  /** Starts again with the same data on the same port. */
  start(): Promise<void>;
  end(): Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-postgres-"));
  if (asUser.uid !== undefined) chownSync(folder, nobody, nobody);
  chmodSync(folder, 0o700);
  const port = await freePort();
  const connection = { host: "127.0.0.1", port, user: "zerohop", password: "" };
  let child: ChildProcess | undefined;

  const start = async () => {
    const options = ["-D", folder, "-p", String(port), "-k", "", "-c", "listen_addresses=127.0.0.1"];
    child = spawn(postgresProgram.path!, options, { ...asUser, cwd: folder, stdio: "ignore" });
    const started = child;
    await until(async () => {
      if (started.exitCode !== null) throw new Error(`postgres ended with exit code ${started.exitCode}`);
      const client = new Client({ ...connection, database: "postgres" });
      await client.connect();
      await client.end();
      return true;
    });
  };
  const kill = async (mode: "immediate" | "fast" = "immediate") => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    // After an immediate end the server recovers from its log at the next start.
    child.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
    await ended;
  };
  const createDatabase = async () => {
    const database = `zerohop_${randomBytes(6).toString("hex")}`;
    const client = new Client({ ...connection, database: "postgres" });
    await client.connect();
    await client.query(`CREATE DATABASE ${database}`);
    await client.end();
    const { host, user: username } = connection;
    return { host, port, database, username, password: undefined, tls: null, poolSize: 5, timeout: 2 };
  };
  const end = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const options = ["-D", folder, "-U", "zerohop", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"];
    execFileSync(initdb!, options, { ...asUser, cwd: folder, stdio: "ignore" });
    await start();
  } catch (error) {
    await end();
    throw error;
  }
  return { port, createDatabase, kill, start, end };
}
