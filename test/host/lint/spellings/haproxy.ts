// Configurations of HAProxy that are as closed as the clean ones.
import type { Spelling } from "./spelling.ts";

const upgrade = / {2}acl websocket .*\n.*Upgrade unless.*\n.*\n.*\n/;

export const haproxySpellings: readonly Spelling[] = [
  {
    what: "the host is a container beside it",
    config: "haproxy",
    edit: [/server zerohop 127\.0\.0\.1:9091/g, "server zerohop zerohop:9091"],
  },
  {
    what: "every spelling of identity headers is named",
    config: "haproxy",
    edit: [
      "  http-request del-header ^remote.(user|groups|name|email)$ -m reg\n",
      ["user", "groups", "name", "email"]
        .flatMap((name) => ["-", "_", "."].map((by) => `  http-request del-header Remote${by}${name}\n`))
        .join(""),
    ],
  },
  {
    what: "all that begins with remote is removed",
    config: "haproxy",
    edit: ["^remote.(user|groups|name|email)$ -m reg", "remote -m beg"],
  },
  {
    what: "the gate has the opposite condition",
    config: "haproxy",
    edit: ["authz unless portal", "authz if !portal"],
  },
  {
    what: "the gate has no condition, and stands behind the portal's switch to another frontend",
    config: "haproxy",
    edit: [
      "  http-request lua.zerohop_authz unless portal\n",
      "  http-request lua.zerohop_authz if portal FALSE or !portal\n",
    ],
  },
  {
    what: "the gate is in each backend",
    config: "haproxy",
    edit: [
      / {2}http-request lua.zerohop_authz unless portal\n([\s\S]*)(backend files from base\n)([\s\S]*backend wiki from base\n)/,
      "$1$2  http-request lua.zerohop_authz\n$3  http-request lua.zerohop_authz\n",
    ],
  },
  {
    what: "upgrades are removed altogether",
    config: "haproxy",
    edit: [upgrade, "  http-request del-header ^(upgrade|connection)$ -m reg\n"],
  },
  {
    what: "other upgrades are refused",
    config: "haproxy",
    edit: [
      upgrade,
      '  http-request deny if { req.hdr(upgrade) -m found } !{ req.fhdr(upgrade) -m reg -i "^websocket$" } or { req.fhdr_cnt(upgrade) gt 1 }\n  http-request set-header Connection upgrade if { req.hdr(upgrade) -m found }\n  http-request del-header Connection unless { req.hdr(upgrade) -m found }\n',
    ],
  },
  {
    what: "the upgrade is written anew",
    config: "haproxy",
    edit: [
      upgrade,
      "  http-request set-header Upgrade websocket if { req.hdr(upgrade) -i websocket }\n  http-request del-header Upgrade unless { req.hdr(upgrade) -i websocket }\n  http-request set-header Connection upgrade\n",
    ],
  },
  {
    what: "paths are decoded before they are compared",
    config: "haproxy",
    edit: [
      / {2}acl internal path,url_dec -m reg .*\n.*\n/,
      "  http-request normalize-uri percent-decode-unreserved\n  acl internal path -m reg ^/+api/+(edge|authz|verify)(/|$)\n  acl internal path_beg /metrics\n",
    ],
  },
  {
    what: "the portal has its paths listed",
    config: "haproxy",
    edit: [
      "deny deny_status 404 if portal internal",
      "return status 404 if portal { path,url_dec,lower -m sub /edge /authz /verify /metrics }",
    ],
  },
  {
    what: "a TCP frontend serves something else",
    config: "haproxy",
    edit: [
      "\nbackend zerohop",
      "\nlisten database\n  mode tcp\n  bind :5432\n  server db 10.0.0.9:5432\nbackend zerohop",
    ],
  },
  {
    what: "the answer is obeyed by one rule",
    config: "haproxyAuthRequest",
    edit: [
      / {2}http-request deny if protected(.*\n){2}/,
      "  http-request deny unless host-authelia or { var(txn.auth_response_successful) -m bool }\n",
    ],
  },
  {
    what: "the rule intercepts",
    config: "haproxyAuthRequest",
    edit: [
      / {2}http-request lua.auth-request(.*\n){3}([\s\S]*) {2}http-request set-header Remote-User.*\n/,
      "  http-request lua.auth-intercept be_authelia /api/authz/forward-auth HEAD * remote-user,remote-groups,remote-name,remote-email - if protected-frontends\n$2",
    ],
  },
  {
    what: "an agent has to say yes",
    config: "haproxyAuthRequest",
    edit: [
      / {2}http-request lua.auth-request(.*\n){3}/,
      "  http-request send-spoe-group authz check\n  http-request deny unless host-authelia or { var(txn.authz.allowed) -m bool }\n",
    ],
  },
];
