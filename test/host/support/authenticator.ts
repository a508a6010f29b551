// A WebAuthn authenticator and the browser around it, in software: it says what a test has it say, right or wrong
// (https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data).
import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

const userPresent = 0x01;
const userVerified = 0x04;
const backupEligible = 0x08;
const attestedData = 0x40;

export interface Liberties {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  /** The signature counter; without it, one more than the last. */
  readonly counter?: number;
  readonly verifies?: boolean;
  readonly present?: boolean;
  readonly synced?: boolean;
  readonly userHandle?: string;
  /** Signs with a key that nobody knows. */
  readonly forged?: boolean;
}

interface Options {
  readonly challenge: string;
  readonly rp?: { readonly id?: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
}

export class Authenticator {
  readonly id = randomBytes(16);
  readonly #origin: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  #userHandle = "";
  counter = 0;

  constructor(origin = "https://auth.example.com") {
    this.#origin = origin;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  create(options: Options, liberties: Liberties = {}) {
    this.#userHandle = options.user!.id;
    const { x, y } = this.#publicKey.export({ format: "jwk" });
    // COSE_Key in CBOR: kty EC2, alg ES256, crv P-256, x, y.
    const key = Buffer.concat([
      Buffer.from("a5010203262001215820", "hex"),
      Buffer.from(x!, "base64url"),
      Buffer.from("225820", "hex"),
      Buffer.from(y!, "base64url"),
    ]);
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.of(0, this.id.length), this.id, key]);
    const data = Buffer.concat([this.#data(options.rp!.id!, liberties, attestedData), attested]);
    const attestation = Buffer.concat([
      Buffer.from("a363666d74646e6f6e656761747453746d74a0686175746844617461", "hex"),
      Buffer.of(0x58, data.length),
      data,
    ]);
    return {
      ...this.#credential(),
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: encode(this.#clientData("webauthn.create", options, liberties)),
        attestationObject: encode(attestation),
        transports: ["internal" as const],
      },
    };
  }

  get(options: Options, liberties: Liberties = {}) {
    const clientData = this.#clientData("webauthn.get", options, liberties);
    const data = this.#data(options.rpId!, liberties, 0);
    const signed = Buffer.concat([data, createHash("sha256").update(clientData).digest()]);
    const key = liberties.forged ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey : this.#privateKey;
    return {
      ...this.#credential(),
      clientExtensionResults: {},
      response: {
        clientDataJSON: encode(clientData),
        authenticatorData: encode(data),
        signature: createSign("sha256").update(signed).sign(key, "base64url"),
        userHandle: liberties.userHandle ?? this.#userHandle,
      },
    };
  }

  #credential() {
    return { id: encode(this.id), rawId: encode(this.id), type: "public-key" as const };
  }

  #clientData(type: string, { challenge }: Options, liberties: Liberties): Buffer {
    const origin = liberties.origin ?? this.#origin;
    return Buffer.from(
      JSON.stringify({
        type: liberties.type ?? type,
        challenge: liberties.challenge ?? challenge,
        origin,
        crossOrigin: liberties.crossOrigin ?? false,
      }),
    );
  }

  #data(rpId: string, { verifies = true, present = true, synced = false, ...rest }: Liberties, more: number): Buffer {
    this.counter = rest.counter ?? this.counter + 1;
    const flags = (present ? userPresent : 0) | (verifies ? userVerified : 0) | (synced ? backupEligible : 0) | more;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const hash = createHash("sha256")
      .update(rest.rpId ?? rpId)
      .digest();
    return Buffer.concat([hash, Buffer.of(flags), counter]);
  }
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
