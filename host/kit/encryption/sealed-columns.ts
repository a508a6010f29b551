// Every place where something encrypted with storage.encryption_key is kept. Nothing else can be sealed (KeyEncryption takes
// a Sealing, which is made here alone), so that a change of the key forgets nothing. The databases hold to it as well: what
// was not sealed with the key in force does not get into these columns (migrations.ts of each).

declare const made: unique symbol;

/** What a plaintext is and whose. A sealed value that is moved elsewhere does not open there. */
export interface Sealing {
  readonly context: string;
  readonly [made]: true;
}

function sealing(context: string): Sealing {
  return { context } as Sealing;
}

export const sealings = {
  signingKey: (purpose: string, kid: string) => sealing(`zerohop signing key, ${purpose}, ${kid}`),
  totpSecret: (username: string) => sealing(`totp secret of ${username}`),
  mail: (id: string) => sealing(`mail ${id}`),
  providerIdToken: (login: string) => sealing(`ID token of ${login}`),
  providerRefreshToken: (login: string) => sealing(`refresh token of ${login}`),
  hashKey: (name: string) => sealing(`hash key, ${name}`),
};

/** What is hashed with a key of its own, which is sealed too: a change of the encryption key so changes no hash. */
export const hashPurposes = [
  "regulation",
  "outbox",
  "password reset",
  "one-time codes",
  "decoys",
  "passkey challenges",
  "lost logins",
  "provider logins",
] as const;
export type HashPurpose = (typeof hashPurposes)[number];

export type SealedRow = Readonly<Record<string, string>>;

export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The column that names a row. */
  readonly key: string;
  /** Another column that `sealing` needs. */
  readonly needs?: string;
  sealing(row: SealedRow): Sealing;
}

export const sealedColumns: readonly SealedColumn[] = [
  {
    table: "signing_keys",
    column: "private_key",
    key: "kid",
    needs: "purpose",
    sealing: ({ purpose, kid }) => sealings.signingKey(purpose!, kid!),
  },
  { table: "totp", column: "secret", key: "username", sealing: ({ username }) => sealings.totpSecret(username!) },
  {
    table: "totp_enrolments",
    column: "secret",
    key: "sid",
    needs: "username",
    sealing: ({ username }) => sealings.totpSecret(username!),
  },
  { table: "outbox", column: "message", key: "id", sealing: ({ id }) => sealings.mail(id!) },
  { table: "provider_logins", column: "id_token", key: "id", sealing: ({ id }) => sealings.providerIdToken(id!) },
  {
    table: "provider_logins",
    column: "refresh_token",
    key: "id",
    sealing: ({ id }) => sealings.providerRefreshToken(id!),
  },
  { table: "hash_keys", column: "sealed", key: "name", sealing: ({ name }) => sealings.hashKey(name!) },
];

/** The constant that holds the id of the key in force, in lower-case hex. */
export const keyIdConstant = "encryption_key_id";

/** The constant that holds the salt of the key in force, in base64url. */
export const saltConstant = "key_encryption_salt";

/** A sealed value begins with its format, one byte, and the id of its key. Bytes. */
export const keyIdLength = 8;

/** What the database says when a value is not sealed with the key in force. */
export const sealRefusal = "is not sealed with the encryption key in force";
