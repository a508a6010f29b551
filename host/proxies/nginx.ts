// nginx before the portal and the applications, with auth_request (ngx_http_auth_request_module, part of most builds).
import { usage } from "../kit/errors.ts";
import {
  type Address,
  type Application,
  authorityOf,
  type ConfigurationFile,
  certificateOf,
  type Front,
  hostIn,
  type Listener,
  listenerOf,
  listenersOf,
  portSuffix,
} from "./front.ts";
import { away, busy, denied, type OwnWords, refused, retryAfter } from "./own-words.ts";
import { askedHeaders, misleadingHeaders, othersHeaders, remoteHeaders, underscored } from "./request-headers.ts";
import { file, literal, text } from "./template.ts";

export function nginxFiles(front: Front): readonly ConfigurationFile[] {
  refuseHttp2(front);
  const main = { path: "nginx.conf", text: nginxConf(front) };
  if (front.applications.length === 0) return [main];
  return [
    main,
    { path: "zerohop-http.conf", text: httpSnippet(front) },
    { path: "zerohop-server.conf", text: serverSnippet(front) },
    { path: "zerohop-location.conf", text: locationSnippet(front) },
  ];
}

export function refuseHttp2({ applications }: Front): void {
  const other = applications.find(({ upstream }) => upstream.scheme === "h2c");
  if (other)
    throw usage(
      `--app ${other.hosts[0]}: nginx speaks no HTTP/2 to applications, but for gRPC alone; name it by http://`,
    );
}

function nginxConf(front: Front): string {
  const { portals, applications, command } = front;
  const all = applications.length > 0;
  return file`
    # nginx before ${all ? "Zerohop and the applications, with auth_request. docs/forward-auth.md tells what the host answers." : "Zerohop's host alone: the portal's own front door, where the applications are behind another proxy."}
    # Written by
    #   ${command}
    # The host's server.trusted_proxies must name this nginx, or be left out when it runs on the same machine.
    worker_processes auto;

    events { worker_connections 4096; }

    http {
      access_log /var/log/nginx/access.log;
      ${httpBasics(front)}

      ${all ? "include zerohop-http.conf;" : [hostUpstream(front), "", readerMaps]}
      ${applications.map(upstream)}

      ${plainServers(front)}

      ${portals.length > 0 ? portalServer(front) : ""}
      ${front.edge ? ["", edgeServer(front, front.edge)] : []}
      ${applications.flatMap((application) => ["", applicationServer(front, application)])}
    }
    `;
}

/** TLS, limits of headers, and who visitors are. */
export function httpBasics(front: Front): string {
  const { trustedProxies } = front;
  const { chain, key } = certificateOf(front);
  return text`
    server_tokens off;
    # Both are nginx's defaults. A name like remote_user or remote.user, which many backends read as Remote-User, ends here.
    underscores_in_headers off;
    ignore_invalid_headers on;
    # Cookies of several applications, and an address with a query, are longer than nginx's 8k at times.
    large_client_header_buffers 8 32k;
    # Without it nginx does not start with a host name of some 47 characters, and looks longer for one of some hundred.
    server_names_hash_bucket_size 512;
    server_names_hash_max_size 4096;

    ssl_certificate ${chain};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:tls:10m;
    ssl_session_tickets off;
    ${trustedProxies.length === 0 ? [] : ["", visitorsBehind(front)]}
    `;
}

/** Of whom the proxies in front of this one speak. */
export function visitorsBehind({ trustedProxies, proxyProtocol }: Front): string {
  if (trustedProxies.length === 0) return "";
  return text`
    # The proxies in front of this one, who say who the visitor is. Nobody else is believed.
    ${trustedProxies.map((network) => `set_real_ip_from ${network};`)}
    real_ip_header ${proxyProtocol ? "proxy_protocol" : "X-Forwarded-For"};
    ${proxyProtocol ? "" : "real_ip_recursive on;"}
    `;
}

export function hostUpstream({ host }: Front): string {
  return `upstream zerohop { ${host.servers.map((server) => `server ${authorityOf(server)}${host.servers.length > 1 ? " fail_timeout=5s" : ""};`).join(" ")} keepalive 32; }`;
}

export function upstream({ name, upstream: to }: Application): string {
  return `upstream ${name} { server ${authorityOf(to)}; keepalive 32; }`;
}

/** Only WebSockets pass of what upgrades there are, and the port that a visitor came to. */
export const upgradeMaps = text`
  # Of upgrades only WebSockets pass: in a tunnel to another protocol, h2c above all, requests would reach the application undecided.
  # What else a client asks for goes on as a plain request, and that keeps its connection to the upstream.
  map $http_upgrade $websocket { default ""; websocket websocket; }
  map $websocket $websocket_connection { default ""; websocket upgrade; }

  # Where the client came to, which on another port than 443 has it behind the name: applications compare Origin and Destination with it.
  # The name is the one that the server was chosen by; of the client's Host header only the port is taken.
  map $http_host $port_of_host {
    default "";
    "~(?<behind_name>:[0-9]+)$" $behind_name;
  }
  `;

/** Who reads what nginx says itself. */
export const readerMaps = text`
  # Who is to see a page: a person's browser, which says so itself, or else names HTML among what it takes.
  map "$http_sec_fetch_mode|$http_x_requested_with|$http_accept" $asks_for_page {
    default 0;
    "~^[^|]*\|XMLHttpRequest\|" 0;
    "~^(nested-)?navigate\|" 1;
    "~^[^|]+\|" 0;
    "~*\|(.*,)? *text/html *(;|,|$)" 1;
    "~\| *\*/\* *(;|,|$)" 1;
  }
  # What nginx says itself: a page for a person, JSON for a program. Where it could not read the request at all, nobody knows who asks.
  map "$asks_for_page|$http_host" $told_as {
    default json;
    "~^1" html;
    "~\|$" html;
  }
  `;

/** An answer of nginx's own, at `/.zerohop/NAME.html` and `.json`. */
function ownAnswer(name: string, { status, page, json, isTemporary }: OwnWords): string {
  const one = (ending: string, type: string, body: string) => text`
    location = /.zerohop/${name}.${ending} {
      internal;
      types {}
      default_type ${type};
      add_header Cache-Control no-store always;
      ${isTemporary ? `add_header Retry-After ${retryAfter} always;` : ""}
      return ${status} '${body}';
    }
    `;
  return [one("html", "text/html", page), one("json", "application/json", json)].join("\n");
}

/** What the portal's server says while the host is away. */
export const portalErrors = text`
  error_page 502 504 = /.zerohop/away.$told_as;
  ${ownAnswer("away", away)}
  `;

/** In containers the host is found by its name whenever it is asked, and server names are for plain HTTP too. */
export type Surroundings = "machine" | "containers";

export function httpSnippet(front: Front, around: Surroundings = "machine"): string {
  const cookie = literal(front.sessionCookie);
  return file`
    # ${around === "machine" ? "The host, and what" : "What"} the other two files need: to be included in http, once.
    ${around === "machine" ? hostUpstream(front) : ""}

    ${upgradeMaps}

    # The session stays here: its cookie is taken out, with blanks and tabs around its name or without, as backends read it. A Cookie
    # header with several goes as a whole.
    map $http_cookie $cookies_without_one {
      default $http_cookie;
      "~^(?<before>.*;[ \t]*|[ \t]*)${cookie}[ \t]*=[^;]*(?:;[ \t]*(?<behind>.*))?$" $before$behind;
    }
    map $cookies_without_one $application_cookies {
      default $cookies_without_one;
      "~(?:^|;)[ \t]*${cookie}[ \t]*=" "";
    }

    # A password of the portal stays here too: of the client's credentials only those go on that the host names as the application's.
    map $zerohop_onward $application_authorization {
      default "";
      "~(^|, )authorization" $http_authorization;
    }
    map $zerohop_onward $application_proxy_authorization {
      default "";
      "~proxy-authorization" $http_proxy_authorization;
    }

    ${readerMaps}
    `;
}

/** `ssl`, and what the proxies in front of this one begin with. */
export function listens(
  { at: { address, port }, proxyProtocol }: Pick<Listener, "at" | "proxyProtocol">,
  more = "",
): string {
  const place = address === "" ? String(port) : authorityOf({ address, port });
  return `listen ${place}${more === "plain" ? "" : " ssl"}${proxyProtocol ? " proxy_protocol" : ""}${more === "" ? "" : " default_server"};`;
}

/** What leads to HTTPS, and what answers names that there are not. */
export function plainServers(front: Front): string {
  const { listen, proxyProtocol } = front;
  const { address, http } = listen;
  return text`
    ${
      http !== undefined &&
      text`
        # Plain HTTP only says where HTTPS is.
        server {
          ${listens({ at: { address, port: http }, proxyProtocol }, "plain")}
          return 301 https://$host${portSuffix(listen)}$request_uri;
        }
        `
    }

    # A host that no server below names.
    server {
      ${listenersOf(front).map((listener) => listens(listener, "default"))}
      return 421;
    }
    `;
}

/** How the host is reached: where it is not on this machine, by TLS that tells it from others. */
export function hostPass({ host: { tls, servers } }: Front, path = "", around: Surroundings = "machine"): string {
  const [server] = servers;
  const authority = around === "machine" ? "zerohop" : `$zerohop_host:${server!.port}`;
  const name = around === "machine" ? "" : `set $zerohop_host ${hostIn(server!.address)};`;
  // Of several the next one is asked in time for the visitor.
  const patience = servers.length > 1 ? "proxy_connect_timeout 2s;" : "";
  if (!tls) return [name, `proxy_pass http://${authority}${path};`, patience].filter((line) => line !== "").join("\n");
  return text`
    ${name}
    proxy_pass https://${authority}${path};
    ${patience}
    proxy_ssl_server_name on;
    proxy_ssl_name ${tls.name};
    proxy_ssl_verify on;
    proxy_ssl_verify_depth 3;
    proxy_ssl_trusted_certificate ${tls.authority};
    `;
}

export function portalServer(front: Front): string {
  const { portals } = front;
  return text`
    # The portal.
    server {
      ${listens(listenersOf(front)[0]!)}
      server_name ${portals.join(" ")};
      add_header Strict-Transport-Security "max-age=31536000" always;
      client_max_body_size 64k;

      # For proxies and monitoring, never from outside.${front.edge ? "" : " Gates on other machines need an address of their own (--edge)."}
      location ~ ^/(api/edge|api/authz|api/verify|metrics)(/|$) { return 404; }
      ${portalErrors}

      location / {
        ${portalPass(front)}
      }
    }
    `;
}

/** In the location of the portal. */
export function portalPass(front: Front, around: Surroundings = "machine"): string {
  return text`
    ${hostPass(front, "", around)}
    # A session's cookie, and the headers that say who somebody is, can be longer than nginx's 4k.
    proxy_buffer_size 32k;
    proxy_buffers 8 32k;
    proxy_http_version 1.1;
    # The host has no other protocol to change to. A connection to it is kept.
    proxy_set_header Upgrade "";
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    # Set, never added to: a client's own claims do not reach the host.
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header Forwarded "";
    proxy_set_header X-Request-Id $request_id;
    `;
}

/** For gates on other machines. */
export function edgeServer(front: Front, edge: Address): string {
  return text`
    # Gates on other machines get bundles and leases here, with an edge token, and nobody gets anything else. They say whom they ask
    # for: the host's server.trusted_proxies must name their machines too.
    server {
      listen ${edge.address === "" ? edge.port : authorityOf(edge)} ssl default_server;
      client_max_body_size 64k;
      ${edgeLocation(front, "$proxy_add_x_forwarded_for")}
      location / { return 404; }
    }
    `;
}

/** Where a gate's questions are led on to the host; `visitor` is for whom it asks. */
export function edgeLocation(front: Front, visitor: string): string {
  return text`
    location /api/edge/ {
      # zerohop-lint: allow nginx-internal-endpoints
      ${hostPass(front)}
      # A bundle is as long as the policy, and comes when there is a new one.
      proxy_buffering off;
      proxy_buffer_size 32k;
      proxy_buffers 8 32k;
      proxy_read_timeout 90s;
      proxy_http_version 1.1;
      proxy_set_header Upgrade "";
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For ${visitor};
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header Forwarded "";
      proxy_set_header X-Request-Id $request_id;
    }
    `;
}

function applicationServer(front: Front, application: Application): string {
  const { name, hosts, upstream: to } = application;
  return text`
    server {
      ${listens(listenerOf(front, application))}
      server_name ${hosts.join(" ")};
      include zerohop-server.conf;

      location / {
        include zerohop-location.conf;
        ${applicationPass(to, `${to.scheme}://${name}`)}
      }
    }
    `;
}

/** An application's certificate is checked: whoever answers in its place would get what visitors send. */
export function applicationPass(to: Application["upstream"], url: string): string {
  if (to.scheme !== "https") return `proxy_pass ${url};`;
  return text`
    proxy_pass ${url};
    proxy_ssl_server_name on;
    proxy_ssl_name ${to.address};
    proxy_ssl_verify on;
    proxy_ssl_verify_depth 3;
    proxy_ssl_trusted_certificate ${to.authority};
    `;
}

export function serverSnippet(front: Front, around: Surroundings = "machine"): string {
  return file`
    # What a server of applications needs beside its names: to be included in it, as zerohop-location.conf in each of its locations.
    # How long a body may be is the application's to say.
    client_max_body_size 0;
    ${around === "machine" ? "" : visitorsBehind(front)}
    ${around === "machine" ? "" : ["# Here, so that a location that somebody else writes asks too; it passes on nobody's name, but what a client sends under it.", question(front)]}
    # What nginx refuses by itself: what it cannot read, an address that is too long, headers that are too large.
    error_page 400 414 494 /.zerohop/refused.$told_as;

    location = /.zerohop/authz {
      internal;
      ${hostPass(front, "/api/authz/auth-request", around)}
      # The question has no body, and no limit either: with one, a longer body that a location lets pass would be answered with 503.
      client_max_body_size 0;
      # A session's cookie and the headers that say who somebody is have to fit in here: 500 groups of 40 characters take 20k.
      proxy_buffer_size 64k;
      proxy_buffers 4 64k;
      # A host that hangs is away.
      proxy_read_timeout 5s;
      proxy_http_version 1.1;
      proxy_pass_request_body off;
      # Of the client's headers only those that count.
      proxy_pass_request_headers off;
      # The length of a body that is not sent would swallow the beginning of the next question.
      proxy_set_header Content-Length "";
      proxy_set_header Transfer-Encoding "";
      proxy_set_header Connection "";
      # $host is the name this server was chosen by. $http_host may be another one, when the request line has a host too.
      proxy_set_header X-Original-URL ${around === "machine" ? "https" : "$scheme"}://$host$port_of_host$request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Forwarded-For $remote_addr;
      ${askedHeaders.map((name) => `proxy_set_header ${name} $http_${underscored(name)};`)}
    }

    location @login {
      add_header Cache-Control no-store always;
      # Without a Location it is a Basic challenge, which auth_request has passed on.
      if ($zerohop_location = "") { return 401; }
      # A browser that opens a page is sent to the portal; a page's script gets 401 and the same Location. The host says which.
      if ($zerohop_login = 302) { return 302 $zerohop_location; }
      if ($zerohop_login = 303) { return 303 $zerohop_location; }
      add_header Location $zerohop_location always;
      return 401;
    }

    # auth_request makes 500 of every status but 401 and 403, and passes no page on. Of several hosts the last one has answered.
    location @undecided {
      if ($zerohop_status ~ 400$) { rewrite ^ /.zerohop/refused.$told_as last; }
      if ($zerohop_status ~ 429$) { rewrite ^ /.zerohop/busy.$told_as last; }
      # More headers than the host takes.
      if ($zerohop_status ~ 431$) { return 431; }
      rewrite ^ /.zerohop/away.$told_as last;
    }
    ${ownAnswer("refused", refused)}
    ${ownAnswer("denied", denied)}
    ${ownAnswer("busy", busy)}
    ${ownAnswer("away", away)}
    `;
}

function identityOf({ identityHeaders }: Front): readonly (readonly [name: string, variable: string])[] {
  const variableOf = (name: string) => `$${underscored(name)}_of_user`;
  return [...remoteHeaders, ...identityHeaders].map((name) => [name, variableOf(name)] as const);
}

function question(front: Front): string {
  return text`
    auth_request /.zerohop/authz;
    auth_request_set $zerohop_status $upstream_status;
    auth_request_set $zerohop_location $upstream_http_location;
    auth_request_set $zerohop_login $upstream_http_x_zerohop_login;
    auth_request_set $zerohop_cookie $upstream_http_set_cookie;
    auth_request_set $zerohop_onward $upstream_http_x_zerohop_onward;
    ${identityOf(front).map(([name, variable]) => `auth_request_set ${variable} $upstream_http_${underscored(name)};`)}
    error_page 401 = @login;
    error_page 403 /.zerohop/denied.$told_as;
    error_page 500 = @undecided;
    `;
}

export function locationSnippet(front: Front, around: Surroundings = "machine"): string {
  const { identityHeaders } = front;
  const headers = identityOf(front);
  return file`
    # To be included in each location of an application, beside the proxy_pass that says where it is. A location that sets headers of
    # its own (proxy_set_header, add_header) has these as well only where both stand side by side.
    ${around === "machine" ? question(front) : ""}
    # A new lease of the session, for the browser. An empty one is not sent.
    add_header Set-Cookie $zerohop_cookie always;

    proxy_set_header Cookie $application_cookies;
    proxy_set_header Authorization $application_authorization;
    proxy_set_header Proxy-Authorization $application_proxy_authorization;
    # Bodies are passed on as they come: nobody can fill this machine's disk.
    proxy_request_buffering off;
    ${applicationHeaders(headers, identityHeaders)}
    `;
}

/** How an application is spoken to, whoever has decided. */
export function applicationHeaders(
  identity: readonly (readonly [name: string, variable: string])[],
  identityHeaders: readonly string[],
): string {
  const others = othersHeaders(identityHeaders);
  const misleading = misleadingHeaders.filter((name) => name !== "X-Forwarded-Host");
  return text`
    proxy_http_version 1.1;
    # An event stream is passed on as it comes.
    proxy_buffering off;
    # An application's own headers can be longer than nginx's 4k.
    proxy_buffer_size 32k;
    proxy_buffers 8 32k;
    # A stream on which nothing moves ends after 5 minutes, an idle WebSocket included. nginx has no limit for one on which something
    # does, and a logout closes none (docs/streams.md).
    proxy_read_timeout 300s;
    proxy_send_timeout 300s;
    proxy_set_header Upgrade $websocket;
    proxy_set_header Connection $websocket_connection;
    proxy_set_header HTTP2-Settings "";
    proxy_set_header Host $host$port_of_host;
    # Always set: what a client sent under these names never gets through. An empty one is not sent.
    ${identity.map(([name, variable]) => `proxy_set_header ${name} ${variable};`)}
    # Some frameworks take host, path or client from these, behind the back of the rules.
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Host $host$port_of_host;
    ${misleading.map((name) => `proxy_set_header ${name} "";`)}
    ${others.length > 0 ? "# Other portals name their users in these." : ""}
    ${others.map((name) => `proxy_set_header ${name} "";`)}
    `;
}
