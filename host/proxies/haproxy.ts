// HAProxy (2.6 or newer) before the portal and the applications.
import { usage } from "../kit/errors.ts";
import {
  type Application,
  authorityOf,
  believesForwarded,
  type ConfigurationFile,
  type Front,
  type Listener,
  listenersOf,
  namesInOrder,
  portSuffix,
} from "./front.ts";
import { away, retryAfter } from "./own-words.ts";
import { remoteHeaders, underscored } from "./request-headers.ts";
import { file, literal, text } from "./template.ts";

export function haproxyFiles(front: Front): readonly ConfigurationFile[] {
  const main = { path: "haproxy.cfg", text: configuration(front) };
  return front.applications.length === 0 ? [main] : [main, { path: "zerohop.spoe.cfg", text: spoe() }];
}

/** Entries of X-Forwarded-For that are looked at, from the right: so many proxies in front may stand behind one another. */
const hops = 3;

function configuration(front: Front): string {
  const { command, folder, listen, certificate, applications, sessionCookie, host, edge } = front;
  const asks = applications.length > 0;
  if (asks && front.spoePort === undefined)
    throw usage(
      "HAProxy asks the host over SPOP: set server.spoe_address in its configuration, such as tcp://127.0.0.1:9092",
    );
  const cookie = literal(sessionCookie);
  const bind = (port: number) => authorityOf({ address: listen.address, port });
  return file`
    # HAProxy (2.6 or newer) before Zerohop and the applications. zerohop.spoe.cfg is the other part. The host's
    # server.trusted_proxies must name this HAProxy, or be left out when it runs on the same machine.
    # Written by
    #   ${command}
    #
    # Not given before HAProxy 3.2: what a client sends behind a body in chunks (trailers) reaches the application, under any name.
    # Few programs look at it; one that reads trailers as headers (Apache with MergeTrailers) would believe a Remote-User in them.
    global
      log stdout format raw local0 info
      ssl-default-bind-options ssl-min-ver TLSv1.2
      # All headers of a request have to fit in here, those that say who somebody is included: 500 groups of 40 characters take 20,000.
      tune.bufsize 65536
      # So much of that is kept free of a body: without it nobody in many groups could send a long one (500).
      tune.maxrewrite 32768

    defaults
      mode http
      log global
      option dontlognull
      # A stream on which nothing moves ends after 5 minutes, a WebSocket after an hour. HAProxy has no limit for one on which something
      # does, and a logout closes none (docs/streams.md).
      timeout client 300s
      timeout server 300s
      timeout connect 2s
      timeout http-request 10s
      timeout http-keep-alive 60s
      timeout tunnel 1h

      # What comes behind a body in chunks could be named Remote-User.
      .if version_atleast(3.2)
      option http-drop-request-trailers
      .endif

    ${
      listen.http !== undefined &&
      text`
        # Plain HTTP only says where HTTPS is.
        frontend http
          bind ${bind(listen.http)}
          ${proxyProtocolOf(front)}
          ${
            portSuffix(listen) === ""
              ? "http-request redirect scheme https code 301"
              : `http-request redirect location https://%[req.hdr(host),host_only]${portSuffix(listen)}%[pathq] code 301`
          }
        `
    }

    ${listenersOf(front).flatMap((listener) => [frontend(front, listener), ""])}
    ${
      edge &&
      text`
        # Gates on other machines get bundles and leases here, with an edge token, and nobody gets anything else. They say whom they ask
        # for: the host's server.trusted_proxies must name their machines too.
        frontend edge
          bind ${authorityOf(edge)} ssl crt ${certificate?.chain ?? `${folder}/tls/combined.pem`} alpn http/1.1
          http-request return status 404 unless { path -m beg /api/edge/ }
          http-request add-header X-Forwarded-For %[src]
          # zerohop-lint: allow haproxy-internal-endpoints
          use_backend zerohop
        `
    }

    ${asks ? agentBackend(front) : ""}

    backend zerohop
      # Of its own HAProxy has one text for everybody.
      http-error status ${away.status} content-type text/html ${temporary} string '${away.page}'
      ${host.servers.length > 1 ? "option httpchk GET /api/health" : ["# While it is away nobody waits three seconds to be told.", "retries 1"]}
      ${host.servers.map((server, i) => `server zerohop${i === 0 ? "" : i + 1} ${authorityOf(server)}${host.tls ? verified(host.tls) : ""}${host.servers.length > 1 ? " check inter 2s" : ""}`)}

    ${applications.flatMap((application) => [backend(application, cookie), ""])}
    `;
}

/** What visitors come to. */
function frontend(front: Front, { name, at, proxyProtocol, portals, applications }: Listener): string {
  const { folder, certificate, identityHeaders } = front;
  const own = [...remoteHeaders.map((header) => header.slice("remote-".length).toLowerCase())].join("|");
  const identity = [`remote-(${own})`, ...identityHeaders.map((header) => header.toLowerCase())];
  const served = [...portals, ...applications.flatMap(({ hosts }) => hosts)];
  return text`
    frontend ${name}
      # The certificate chain and the key in one file.
      bind ${authorityOf(at)} ssl crt ${certificate?.chain ?? `${folder}/tls/combined.pem`} alpn h2,http/1.1
      ${proxyProtocol ? proxyProtocolOf(front) : ""}
      http-response set-header Strict-Transport-Security max-age=31536000
      ${visitors(front)}

      # Many backends read remote_user, Remote.User or X_Forwarded_For as the name with hyphens: only letters, digits and hyphens pass.
      http-request del-header [^A-Za-z0-9-] -m reg
      http-request del-header ^${identity.length === 1 ? identity[0]! : `(${identity.join("|")})`}$ -m reg
      # Some frameworks take host, path or client from these, behind the back of the rules, and other portals name their users in them.
      http-request del-header ^(forwarded|x-forwarded-.*|x-original-ur[il]|x-rewrite-url|x-real-ip)$ -m reg
      http-request set-header X-Forwarded-For %[src]
      http-request set-header X-Forwarded-Proto https
      http-request set-header X-Forwarded-Host %[req.hdr(host)]

      # Behind CONNECT HAProxy passes on whatever comes, and many servers read it as further requests.
      http-request return status 405 if METH_CONNECT
      # ${"`OPTIONS *`"} and targets without a path, which would be a request line without a target behind the next line.
      http-request return status 400 unless { path -m beg / }
      # The application gets the path alone, whatever else the request line has: the host that is decided about is the Host header's.
      # Where there is none (OPTIONS *) it would get a line without a target.
      http-request return status 400 unless { pathq -m beg / }
      http-request set-uri %[pathq]
      # Of upgrades only WebSockets pass: in a tunnel to another protocol, h2c above all, requests would reach the application undecided.
      # What else a client asks for goes on as a plain request. Connection names nothing but the upgrade, so that nobody can have the
      # application's own proxies drop what is said here.
      acl has_one_upgrade req.fhdr_cnt(upgrade) eq 1
      acl is_websocket req.fhdr(upgrade) -m str -i websocket
      http-request del-header upgrade unless has_one_upgrade is_websocket
      http-request del-header connection
      http-request set-header Connection upgrade if is_websocket
      http-request del-header http2-settings

      ${hostIs("is_portal", portals)}
      ${applications.flatMap(({ name, hosts }) => hostIs(`is_${name}`, hosts))}
      ${hostIs("is_served", served)}
      http-request return status 421${served.length > 0 ? " unless is_served" : ""}

      ${
        portals.length > 0 &&
        text`
          # For proxies and monitoring, never from outside.
          http-request return status 404 if is_portal { path,url_dec -m reg -i ^/+(api/+edge|api/+authz|api/+verify|metrics)([/;]|$) }
          `
      }

      ${applications.length > 0 ? question(front, portals) : ""}
      ${portals.length > 0 ? "use_backend zerohop if is_portal" : ""}
      ${chosen(applications)}
      default_backend ${applications[0]?.name ?? "zerohop"}
    `;
}

function proxyProtocolOf(front: Front): string {
  if (!front.proxyProtocol) return "";
  return text`
    # The proxies in front begin with who the visitor is; nobody else is heard.
    ${isProxy(front)}
    tcp-request connection expect-proxy layer4 if is_proxy
    tcp-request connection reject unless is_proxy
    `;
}

/** Whom the proxies in front of this one name: of X-Forwarded-For, from the right, the first that is none of them. */
function visitors(front: Front): string {
  if (!believesForwarded(front)) return "";
  return text`
    # The proxies in front of this one say who the visitor is. Nobody else is believed.
    ${isProxy(front)}
    ${Array.from({ length: hops }, (_, i) => `http-request set-src req.hdr_ip(x-forwarded-for,-${i + 1}) if is_proxy${known(i)}`)}
    `;
}

/** That a connection is of a proxy in front of this one, under a name. */
function isProxy({ trustedProxies }: Front): string[] {
  return inParts(trustedProxies).map((some) => `acl is_proxy src ${some}`);
}

/** What comes before an entry counts only where all behind it could be read: one that could not has been written for somebody. */
function known(count: number): string {
  return Array.from({ length: count }, (_, i) => ` { req.hdr_ip(x-forwarded-for,-${i + 1}) -m found }`).join("");
}

/** HAProxy takes 64 words in a line; lines about one name add up. */
const namesInLine = 50;

/** That a request is for one of these hosts, under a name. */
function hostIs(name: string, hosts: readonly string[]): string[] {
  const exact = hosts.filter((host) => !host.startsWith("*."));
  const endings = hosts.filter((host) => host.startsWith("*.")).map((host) => host.slice(1));
  const [names, ends] = [inParts(exact), inParts(endings)];
  return [
    ...names.map((some) => `acl ${name} hdr(host),host_only,lower -m str ${some}`),
    ...ends.map((some) => `acl ${name} hdr(host),host_only,lower -m end ${some}`),
  ];
}

function inParts(names: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(names.length / namesInLine) }, (_, i) =>
    names.slice(i * namesInLine, (i + 1) * namesInLine).join(" "),
  );
}

/** Of several the first that has the name, so that wildcards come last. */
function chosen(applications: readonly Application[]): string[] {
  if (!applications.some(({ hosts }) => hosts.some((host) => host.startsWith("*."))))
    return applications.slice(1).map(({ name }) => `use_backend ${name} if is_${name}`);
  if (applications.length === 1) return [];
  return namesInOrder(applications).flatMap(({ application, hosts, depth }) =>
    inParts(depth === undefined ? hosts : [hosts[0]!.slice(1)]).map(
      (some) =>
        `use_backend ${application.name} if { hdr(host),host_only,lower -m ${depth === undefined ? "str" : "end"} ${some} }`,
    ),
  );
}

function verified({ name, authority }: { readonly name: string; readonly authority: string }): string {
  return ` ssl verify required ca-file ${authority} sni str(${name}) verifyhost ${name}`;
}

function backend({ name, upstream }: Application, cookie: string): string {
  const { scheme, address, authority } = upstream;
  const ways = { http: "", h2c: " proto h2", https: verified({ name: address, authority }) };
  return text`
    backend ${name}
      # The session's cookie is the portal's to set: an application's would make the others see somebody else. Of such a line an empty
      # one is left, which browsers pass over. By RFC 6265bis \`=name=value\`, which has no name, comes back as \`name=value\`.
      http-response replace-header Set-Cookie ^[[:space:]=]*${cookie}[[:space:]]*=.* %[str()]
      server application ${authorityOf(upstream)}${ways[scheme]}
    `;
}

/** What the host answers a visitor with whom it does not let in. */
const answers = [302, 303, 400, 401, 403, 407, 429, 503];
/** The headers of its answer. */
const answered = [
  ...["Location", "Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Retry-After"],
  ...["WWW-Authenticate", "Proxy-Authenticate"],
];

const temporary = `hdr Cache-Control no-store hdr Retry-After ${retryAfter}`;

/** A header's value by the variable that the host's answer has for it, where it has one. */
function found(header: string): string {
  const variable = `var(txn.zerohop.${underscored(header)})`;
  return `%[${variable}] if { ${variable} -m found }`;
}

function question({ folder, identityHeaders }: Front, portals: readonly string[]): string {
  const notPortal = portals.length > 0 ? "!is_portal " : "";
  const asked = portals.length > 0 ? " unless is_portal" : "";
  return text`
    # The question. What comes back says what becomes of the request; without an answer nothing passes.
    filter spoe engine zerohop config ${folder}/zerohop.spoe.cfg
    http-request set-var(txn.scheme) str(https)
    http-request send-spoe-group zerohop ask${asked}
    # Somebody else is sent to the portal, or told why not, as the host says.
    acl is_allowed var(txn.zerohop.status) -m str 200
    ${answers.map((status) => `http-request return status ${status} content-type text/html lf-string %[var(txn.zerohop.body)] if ${notPortal}{ var(txn.zerohop.status) -m str ${status} }`)}
    # Without an answer: a page for a person, whose browser says so or who takes HTML, and JSON for a program.
    acl is_script req.fhdr(x-requested-with) -m str XMLHttpRequest
    acl is_navigation req.fhdr(sec-fetch-mode) -m str navigate nested-navigate
    acl has_mode req.fhdr(sec-fetch-mode) -m found
    acl takes_page req.fhdr(accept) -m reg -i (^|,)[[:blank:]]*text/html[[:blank:]]*([;,]|$)
    acl takes_page req.fhdr(accept) -m reg ^[[:blank:]]*[*]/[*][[:blank:]]*([;,]|$)
    http-request return status ${away.status} content-type text/html ${temporary} string '${away.page}' if ${notPortal}!is_allowed !is_script is_navigation or ${notPortal}!is_allowed !is_script !has_mode takes_page
    http-request return status ${away.status} content-type application/json ${temporary} string '${away.json}' if ${notPortal}!is_allowed
    ${answered.map((name) => `http-after-response set-header ${name} ${found(name)}`)}
    # A new lease of the session, for the browser.
    http-after-response add-header Set-Cookie %[var(txn.zerohop.set_cookie)] if { var(txn.zerohop.set_cookie) -m found }
    # Who is asking. Nobody has none of these.
    ${[...remoteHeaders, ...identityHeaders].map((name) => `http-request set-header ${name} ${found(name)}`)}
    # The session stays here, and of the client's credentials those that are not the application's.
    http-request del-header Cookie if { var(txn.zerohop.cookie) -m found }
    http-request set-header Cookie %[var(txn.zerohop.cookie)] if { var(txn.zerohop.cookie) -m len ge 1 }
    http-request del-header Authorization if ${notPortal}!{ var(txn.zerohop.authorization) -m found }
    http-request del-header Proxy-Authorization if ${notPortal}!{ var(txn.zerohop.proxy_authorization) -m found }
    `;
}

function agentBackend({ host, spoePort }: Front): string {
  return text`
    backend zerohop-agent
      .if version_atleast(3.1)
      mode spop
      .else
      mode tcp
      .endif
      timeout server 120s
      # Of a host that is away only the first visitor has to wait for the timeout; once it is back everybody is let in within a second.
      option spop-check
      default-server check inter 1s fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down
      retries 0
      ${host.servers.map(({ address }, i) => `server agent${i === 0 ? "" : i + 1} ${authorityOf({ address, port: spoePort! })}${host.tls ? verified(host.tls) : ""}`)}
    `;
}

function spoe(): string {
  return file`
    # How HAProxy asks Zerohop about a request (see haproxy.cfg): over connections that stay open, for which the host listens at
    # server.spoe_address.
    [zerohop]
    spoe-agent zerohop
      groups ask
      option var-prefix zerohop
      # Whatever keeps an answer away, there is none, and haproxy.cfg makes 503 of that.
      timeout hello 2s
      timeout idle 60s
      timeout processing 5s
      use-backend zerohop-agent

    spoe-group ask
      messages zerohop-check

    spoe-message zerohop-check
      # All header lines go as they came: two of one kind cannot be told from one otherwise.
      args method=method scheme=var(txn.scheme) target=pathq source=src headers=req.hdrs_bin
    `;
}
