// Configurations of Traefik that are as closed as the clean ones.
import type { Spelling } from "./spelling.ts";

const dynamic = "dynamic/zerohop.yml";

export const traefikSpellings: readonly Spelling[] = [
  {
    what: "no WebSockets are passed on",
    config: "traefik",
    file: dynamic,
    edit: [/ {4}sockets:\n(.*\n){4}/, ""],
  },
  {
    what: "the upgrade is written anew",
    config: "traefik",
    file: dynamic,
    edit: [
      /&& HeaderRegexp\(`Upgrade`.*([\s\S]*?)drop, zerohop([\s\S]*?) {4}drop:/,
      "&& PathPrefix(`/ws`)$1drop, socket, zerohop$2    socket: { headers: { customRequestHeaders: { Upgrade: websocket } } }\n    drop:",
    ],
  },
  {
    what: "Authorization is removed behind the gate",
    config: "traefik",
    file: dynamic,
    edit: [
      /\[drop, zerohop\]([\s\S]*) {4}drop: ([\s\S]*)plain, zerohop\]([\s\S]*), Authorization\]/,
      '[drop, zerohop, none]$1    none: { headers: { customRequestHeaders: { Authorization: "" } } }\n    drop: $2plain, zerohop, none]$3]',
    ],
  },
  {
    what: "/api/verify gets the headers that it needs, and no others",
    config: "traefik",
    file: dynamic,
    edit: ["/api/authz/forward-auth", "/api/verify\n        authRequestHeaders: [Accept, Authorization, Cookie]"],
  },
  {
    what: "the portal's router names the paths that are for everybody",
    config: "traefik",
    file: dynamic,
    edit: [
      / {4}portal: \{ rule: Host\(`auth.example.com`\)(.*\n)( {4}internal:\n(.*\n){4})/,
      "    portal: { rule: Host(`auth.example.com`) && !PathPrefix(`/api/edge`) && !PathPrefix(`/metrics`)$1",
    ],
  },
  {
    what: "private networks are trusted",
    config: "traefik",
    edit: [
      "10.0.0.1/32",
      "10.0.0.0/8, 100.64.0.0/10, 'fc00::/7', 'fd00::/8', 'fe80::/10', '::1/128', '::ffff:10.0.0.0/104'",
    ],
  },
  {
    what: "every router's gate is the entry point's",
    config: "traefik",
    edit: ["      tls: {}\n", "      tls: {}\n      middlewares: [inline@file, drop@file]\n"],
  },
  {
    what: "the gate is that of the router above",
    config: "traefik",
    file: dynamic,
    edit: [
      "    third:\n",
      "    above: { rule: Host(`b.example.com`), entryPoints: [websecure], middlewares: [secured] }\n    below: { rule: Path(`/a`), parentRefs: [above@file], service: app }\n    third:\n",
    ],
  },
  {
    what: "somebody else asks at the application's own portal, behind the gate",
    config: "traefik",
    file: dynamic,
    edit: [
      /\[inline, drop\]([\s\S]*) {4}plain:/,
      "[inline, drop, other]$1    other: { forwardAuth: { address: 'http://sso.example.org:4180/oauth2/auth' } }\n    plain:",
    ],
  },
];
