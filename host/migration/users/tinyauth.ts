// Tinyauth's users: `NAME:HASH` or `NAME:HASH:SECRET` with the secret of an authenticator app, a line each or separated by commas, as its
// variable has them or its file. Where Compose reads the variable, each `$` is written twice.
import type { ListReader } from "./list.ts";

const variable = /^\s*-?\s*["']?(?:TINYAUTH_)?(?:AUTH_)?USERS\s*[=:]\s*/;

export const readTinyauth: ListReader = (text, mistake) =>
  text.split(/\r?\n/).flatMap((written, index) => {
    const line = index + 1;
    if (written.trim().startsWith("#")) return [];
    const users = written
      .replace(variable, "")
      .replace(/^["']|["']\s*$/g, "")
      .split(",");
    return users.flatMap((one) => {
      const user = one.trim();
      if (user === "") return [];
      const [, name, hash, totp] = /^([^:]+):([^:]+)(?::([^:]*))?$/.exec(user.replaceAll("$$", "$")) ?? [];
      if (name !== undefined && hash !== undefined) return [{ line, name, hash, ...(totp && { totp }) }];
      mistake(line, "(line)", "must be NAME:HASH or NAME:HASH:SECRET");
      return [];
    });
  });
