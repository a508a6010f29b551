// Session cookies that are worth nothing, each wrong in another way and so stopped by another check of the gate.
import { randomBytes } from "node:crypto";

export type JunkKind = "no cookie" | "random bytes" | "wrong signature" | "expired" | "other key";
export const junkKinds: readonly JunkKind[] = ["no cookie", "random bytes", "wrong signature", "expired", "other key"];

/** A token in the likeness of a real one, different with each call; undefined for no cookie at all. */
export function junk(kind: JunkKind, real: string): string | undefined {
  const [header, payload] = real.split(".") as [string, string];
  const claims: Record<string, unknown> = { ...decode(payload), sid: randomBytes(16).toString("base64url") };
  const signature = randomBytes(64).toString("base64url");
  switch (kind) {
    case "no cookie":
      return undefined;
    case "random bytes":
      return randomBytes(Math.round((real.length * 3) / 4)).toString("base64url");
    case "wrong signature":
      return `${header}.${encode(claims)}.${signature}`;
    case "expired": {
      const then = Number(claims.iat) - 60;
      return `${header}.${encode({ ...claims, iat: then - 300, exp: then })}.${signature}`;
    }
    case "other key": {
      const kid = randomBytes(32).toString("base64url");
      return `${encode({ ...decode(header), kid })}.${encode(claims)}.${signature}`;
    }
  }
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
