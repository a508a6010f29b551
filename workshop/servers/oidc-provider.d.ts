// What the tests use of oidc-provider, which comes without types.
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly Grant: new (about: {
      accountId: string;
      clientId: string;
    }) => Grant;
    readonly Client: {
      find(id: string): Promise<
        | {
            readonly backchannelLogoutUri?: string;
            backchannelLogout(sub: string, sid: string): Promise<void>;
          }
        | undefined
      >;
    };
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(event: string, listener: (...details: unknown[]) => void): void;
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<{
      readonly uid: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly prompt: { readonly name: string };
    }>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: unknown): Promise<void>;
  }
}
