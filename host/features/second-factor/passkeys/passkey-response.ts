// What browsers send of a passkey: the JSON forms of WebAuthn (https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON).
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";

const base64url = z
  .string()
  .max(32_768)
  .regex(/^[A-Za-z0-9_-]*$/, "must be base64url");

const credential = {
  id: base64url.min(1),
  rawId: base64url.min(1),
  type: z.literal("public-key"),
  clientExtensionResults: z.object({ credProps: z.object({ rk: z.boolean().optional() }).optional() }).default({}),
};

export const registrationResponse = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(32)).max(16).default([]),
    }),
  })
  .transform((value) => value as RegistrationResponseJSON)
  .meta({ id: "RegistrationResponse", description: "RegistrationResponseJSON (WebAuthn Level 3)." });

export const authenticationResponse = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.nullish(),
    }),
  })
  .transform((value) => value as AuthenticationResponseJSON)
  .meta({ id: "AuthenticationResponse", description: "AuthenticationResponseJSON (WebAuthn Level 3)." });

/** The name that its owner gives a passkey. */
export const passkeyName = z.string().trim().min(1).max(64);
