// Configurations of Envoy that are as closed as the clean ones.
import type { Spelling } from "./spelling.ts";

export const envoySpellings: readonly Spelling[] = [
  {
    what: "ext_authz lays the host's headers over the client's",
    config: "extAuthz",
    edit: [
      / +earlyHeaderMutationExtensions:\n(.*\n){4}([\s\S]*)(server_uri: .*)/,
      "$2$3\n                  authorization_response: { allowedUpstreamHeaders: { patterns: [{ exact: Remote-User }, { prefix: remote-g }, { safe_regex: { regex: 'remote-(name|email)' } }] } }",
    ],
  },
  {
    what: "ext_authz adds what the host needs to know",
    config: "extAuthz",
    edit: [
      / +allowed_headers: .*\n([\s\S]*)(server_uri: .*)/,
      `$1$2
                  authorization_request:
                    allowed_headers: { patterns: [{ exact: cookie }] }
                    headers_to_add:
                      - { key: X-Forwarded-Proto, value: "%REQ(:SCHEME)%" }
                      - { key: X-Forwarded-For, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }`,
    ],
  },
  {
    what: "one expression answers what is not for visitors",
    config: "envoy",
    edit: [
      / +- match: \{ path_separated_prefix: \/api\/edge \}\n(.*\n){7}/,
      "                        - match: { safe_regex: { regex: '/(api/edge|api/authz|api/verify|metrics)(/.*)?' } }\n                          direct_response: { status: 404 }\n",
    ],
  },
];
