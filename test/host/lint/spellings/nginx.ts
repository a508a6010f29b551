// Configurations of nginx that are as closed as the clean ones.
import type { Spelling } from "./spelling.ts";

const proxy = "snippets/proxy.conf";
const auth = "snippets/zerohop-authrequest.conf";

export const nginxSpellings: readonly Spelling[] = [
  {
    what: "a map names websocket without an expression",
    config: "nginx",
    edit: ['"~*^websocket$" websocket', "websocket upgrade"],
  },
  {
    what: "no upgrade is passed on",
    config: "nginx",
    file: proxy,
    edit: [/proxy_set_header (Upgrade|Connection|HTTP2-Settings) .*\n/g, ""],
  },
  {
    what: "other upgrades are refused",
    config: "nginx",
    edit: [
      /("~\*\^websocket\$" )websocket; \}([\s\S]*server_name app.*\n)/,
      '$1$http_upgrade; }\n    map $http_upgrade $other { default 1; "" 0; websocket 0; }\n$2        if ($other) { return 400; }\n',
    ],
  },
  {
    what: "an if refuses other upgrades, and the client's goes on",
    config: "nginx",
    file: proxy,
    edit: [
      "proxy_set_header Upgrade $websocket;",
      "if ($http_upgrade !~* ^(websocket)?$) { return 400; }\nproxy_set_header Upgrade $http_upgrade;",
    ],
  },
  {
    what: "an if empties the variable that other upgrades are in",
    config: "nginx",
    file: proxy,
    edit: [
      "proxy_set_header Upgrade $websocket;",
      'set $asked $http_upgrade;\nif ($http_upgrade !~* ^websocket$) { set $asked ""; }\nproxy_set_header Upgrade $asked;',
    ],
  },
  { what: "no cookie at all goes on", config: "nginx", file: auth, edit: ["Cookie $cookies", 'Cookie ""'] },
  {
    what: "the cookie is cut out, and a header with several goes",
    config: "nginx",
    edit: [
      /map \$http_cookie \$cookies \{[\s\S]*?\n {4}\}/,
      `map $http_cookie $one {
        default $http_cookie;
        "~^(?<before>.*;[ \\t]*|[ \\t]*)zerohop_session[ \\t]*=[^;]*(?:;[ \\t]*(?<behind>.*))?$" $before$behind;
    }
    map $one $cookies {
        default $one;
        "~(?:^|;)[ \\t]*zerohop_session[ \\t]*=" "";
    }`,
    ],
  },
  {
    what: "the host says which credentials go on",
    config: "nginx",
    file: auth,
    edit: [
      'proxy_set_header Authorization "";',
      "auth_request_set $onward $upstream_http_x_zerohop_onward;\nproxy_set_header Authorization $onward_authorization;",
    ],
  },
  {
    what: "the portal has a location for each path",
    config: "nginx",
    edit: [
      /location ~ \^\/\(api.*/,
      "location ^~ /api/edge { deny all; return 404; }\n        location /api/authz/ { return 404; }\n        location = /api/verify { return 404; }\n        location ~* ^/METRICS { return 404; }",
    ],
  },
];
