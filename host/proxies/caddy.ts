// Caddy before the portal and the applications: with forward_auth, or with the gate inside (deploy/caddy-module).
import {
  type Address,
  type Application,
  authorityOf,
  believesForwarded,
  type ConfigurationFile,
  type Front,
  hostUrls,
  portSuffix,
} from "./front.ts";
import { gateConfiguration, hostCluster } from "./gate-configuration.ts";
import { away, retryAfter } from "./own-words.ts";
import { remoteHeaders } from "./request-headers.ts";
import { file, literal, text } from "./template.ts";

/** Caddy (2.11.2 or newer) with forward_auth. */
export function caddyFiles(front: Front): readonly ConfigurationFile[] {
  return [
    {
      path: "Caddyfile",
      text: caddyfile(front, {
        title: [
          "# Caddy (2.11.2 or newer) before Zerohop and the applications, with forward_auth. The host's server.trusted_proxies must name this",
          "# Caddy, or be left out when it runs on the same machine.",
          "#",
          "# Not given: the new cookie of a renewed session does not get to the browser. The host goes on by the old one.",
        ],
        timeouts: text`
          # A logout closes nothing here (docs/streams.md): what a session has begun ends after a working day, WebSockets by stream_timeout.
          `,
        asks: true,
        snippet: asking(front),
        site: (application) => text`
          ${addressesOf(front, application)} {
          	${bindOf(front, application)}
          	${front.certificate ? "import tls" : ""}
          	import zerohop_away
          	# In this order and no other.
          	route {
          		import zerohop
          		${applicationProxy(front, application)}
          	}
          }
          `,
      }),
    },
  ];
}

/** Caddy with the gate inside. */
export function caddyModuleFiles(front: Front): readonly ConfigurationFile[] {
  const { gate, host, folder } = front;
  const file = {
    path: "zerohop-gate.json",
    text: `${JSON.stringify(gateConfiguration(gate, hostCluster), undefined, 2)}\n`,
    secret: true,
  };
  const main = {
    path: "Caddyfile",
    text: caddyfile(front, {
      title: [
        "# Caddy with the gate inside (xcaddy build --with zerohop.dev/caddy=PATH/TO/deploy/caddy-module), before Zerohop and the",
        "# applications. zerohop-gate.json holds an edge token: it belongs to the user that Caddy runs as, and nobody else reads it.",
      ],
      timeouts:
        "# The gate closes what a session has begun (docs/streams.md); what it does not watch over, downloads above all, ends after a working day.",
      asks: false,
      snippet: text`
        (zerohop) {
        	${unreadable(front)}
        	${front.certificate ? "import tls" : ""}
        	zerohop {
        		config ${folder}/zerohop-gate.json
        		host ${hostUrls(host).join(" ")}
        		${host.tls ? [`host_ca ${host.tls.authority}`, `host_name ${host.tls.name}`] : ""}
        	}
        }
        `,
      site: (application) => text`
        ${addressesOf(front, application)} {
        	${bindOf(front, application)}
        	import zerohop
        	${applicationProxy(front, application)}
        }
        `,
    }),
  };
  return gate.edgeToken === undefined ? [main] : [main, file];
}

function addressesOf({ internal }: Front, application: Application): string {
  if (!internal || !application.internal) return application.hosts.join(", ");
  return application.hosts.map((host) => `https://${host}:${internal.port}`).join(", ");
}

function bindOf({ internal }: Front, application: Application): string {
  return internal && application.internal ? `bind ${internal.address}` : "";
}

/** What differs between the gate as a module and forward_auth. */
interface Integration {
  readonly title: readonly string[];
  readonly timeouts: string;
  /** Whether Caddy asks the host about requests to applications. */
  readonly asks: boolean;
  /** What every application's site imports. */
  readonly snippet: string;
  readonly site: (application: Application) => string;
}

function caddyfile(front: Front, { title, timeouts, asks, snippet, site }: Integration): string {
  const { command, listen, certificate, portals, applications, edge } = front;
  // Caddy leads to no port, whatever its own is.
  const hasOwnRedirect = listen.http !== undefined && (listen.publicPort !== 443 || listen.https !== 443);
  return file`
    ${title}
    # Written by
    #   ${command}
    {
    	admin off
    	${hasOwnRedirect || listen.http === undefined ? "auto_https disable_redirects" : "# Plain HTTP is redirected to HTTPS by Caddy itself."}
    	http_port ${listen.http ?? 80}
    	https_port ${listen.https}
    	${listen.address === "" ? "" : `default_bind ${listen.address}`}
    	${timeouts}
    	${front.proxyProtocol ? proxyProtocol(front) : ""}
    	servers {
    		timeouts {
    			write 12h
    		}
    		${front.proxyProtocol ? "" : peers(front)}
    	}
    	${front.trustedProxies.length === 0 ? "# Without trusted_proxies Caddy writes X-Forwarded-For, -Proto and -Host anew, whatever the client sent." : ""}
    }

    ${
      certificate &&
      text`
        (tls) {
        	tls ${certificate.chain} ${certificate.key}
        	header Strict-Transport-Security max-age=31536000
        }
        `
    }

    ${portals.length > 0 || asks ? noAnswer : ""}

    ${applications.length > 0 ? snippet : ""}

    ${
      hasOwnRedirect &&
      text`
        # Plain HTTP only says where HTTPS is.
        http:// {
        	redir https://{host}${portSuffix(listen)}{uri} 301
        }
        `
    }

    ${portals.length > 0 ? portalSite(front) : ""}

    ${edge ? edgeSite(front, edge) : ""}

    ${applications.length > 0 ? "# The applications: a site for each, or names with commas between them." : ""}
    ${applications.flatMap((application) => [site(application), ""])}
    `;
}

/** Of the listeners that visitors come to; the others are reached directly. */
function proxyProtocol({ listen: { address, http, https }, trustedProxies }: Front): string {
  return text`
    # The proxies in front of this one begin each connection with who the visitor is. Nobody else's word is taken.
    ${[https, http ?? []].flat().map(
      (port) => text`
        servers ${authorityOf({ address, port })} {
        	timeouts {
        		write 12h
        	}
        	listener_wrappers {
        		proxy_protocol {
        			allow ${trustedProxies.join(" ")}
        			fallback_policy reject
        		}
        		tls
        	}
        }
        `,
    )}
    `;
}

function peers({ trustedProxies }: Front): string {
  if (trustedProxies.length === 0) return "";
  return text`
    # The proxies in front of this one, who say who the visitor is. Nobody else is believed.
    trusted_proxies static ${trustedProxies.join(" ")}
    trusted_proxies_strict
    `;
}

/** In a reverse_proxy or a forward_auth to the host. */
function hostOptions({ host: { servers, tls } }: Front, limit = ""): string {
  return text`
    ${
      servers.length > 1 &&
      text`
        # A host that is away is asked nothing for a while; another one has the answer.
        lb_try_duration 2s
        fail_duration 5s
        `
    }
    ${tls || limit !== "" ? transport(tls, limit) : ""}
    `;
}

/** Whose certificate is checked, if by TLS, and how long is waited. */
function transport(tls: Front["host"]["tls"], limit = ""): string {
  return text`
    transport http {
    	${tls ? [`tls_trust_pool file ${tls.authority}`, `tls_server_name ${tls.name}`] : ""}
    	${limit}
    }
    `;
}

/** What a site says where the host was asked and gave no answer. */
const noAnswer = text`
  # Where the host was asked and gave no answer: a page for a person, whose browser says so or who takes HTML, and JSON for a program.
  (zerohop_away) {
  	handle_errors {
  		@unanswered vars zerohop asked
  		route @unanswered {
  			@reads_page expression \`{header.X-Requested-With} != "XMLHttpRequest" && ({header.Sec-Fetch-Mode}.matches("^(nested-)?navigate$") || {header.Sec-Fetch-Mode} == "" && {header.Accept}.matches("(?i)(^|,) *text/html *(;|,|$)|^ *[*]/[*] *(;|,|$)"))\`
  			header Cache-Control no-store
  			header Retry-After ${retryAfter}
  			header @reads_page Content-Type "text/html; charset=utf-8"
  			respond @reads_page \`${away.page}\` ${away.status}
  			header Content-Type application/json
  			respond \`${away.json}\` ${away.status}
  		}
  	}
  }
  `;

/** Who the visitor is, where proxies in front say so; otherwise Caddy says itself who is connected. */
function visitor(front: Front): string {
  if (!believesForwarded(front)) return "";
  return text`
    # Of X-Forwarded-For whom the proxies in front have seen, and nothing before that.
    header_up X-Forwarded-For {client_ip}
    header_up X-Forwarded-Proto https
    header_up X-Forwarded-Host {hostport}
    `;
}

/** Caddy passes over what it cannot read, and would take the word of whoever came before for what those in front have seen. */
function unreadable(front: Front): string {
  if (!believesForwarded(front)) return "";
  return text`
    # An address in X-Forwarded-For that Caddy cannot read ([2001:db8::1]:40000, a name): nobody knows who the visitor is.
    @unreadable {
    	vars trusted_proxy true
    	header_regexp X-Forwarded-For "[^0-9A-Fa-f.:,\s][^,]*$"
    }
    respond @unreadable 400
    `;
}

function portalSite(front: Front): string {
  const { portals, applications, certificate, host } = front;
  const options = text`
    ${visitor(front)}
    ${hostOptions(front)}
    `.trim();
  return text`
    # The portal.
    ${portals.join(", ")} {
    	${unreadable(front)}
    	${certificate ? "import tls" : ""}
    	import zerohop_away
    	vars zerohop asked
    	# For proxies and monitoring, never from outside.
    	@internal path /api/edge /api/edge/* /api/authz /api/authz/* /api/verify /metrics
    	respond @internal 404
    	@connect method CONNECT
    	respond @connect 405
    	# The host has no other protocol to change to.
    	request_header -Upgrade
    	${applications.length > 0 ? "" : "# zerohop-lint: allow caddy-gate-missing"}
    	${reverseProxy(hostUrls(host), options)}
    }
    `;
}

/** For gates on other machines. */
function edgeSite(front: Front, { address, port }: Address): string {
  const { portals, certificate, host } = front;
  return text`
    # Gates on other machines get bundles and leases here, with an edge token, and nobody gets anything else. They say whom they ask
    # for: the host's server.trusted_proxies must name their machines too.
    ${(portals.length > 0 ? portals : [""]).map((name) => `https://${name}:${port}`).join(", ")} {
    	${address === "" ? "" : `bind ${address}`}
    	${certificate ? "import tls" : ""}
    	@others not path /api/edge/*
    	respond @others 404
    	request_header -Upgrade
    	# zerohop-lint: allow caddy-internal-endpoints
    	${reverseProxy(
        hostUrls(host),
        text`
          header_up X-Forwarded-For "{header.X-Forwarded-For}, {remote_host}"
          ${hostOptions(front)}
          `,
      )}
    }
    `;
}

function reverseProxy(to: readonly string[], options: string): string {
  if (options === "") return `reverse_proxy ${to.join(" ")}`;
  return text`
    reverse_proxy ${to.join(" ")} {
    	${options}
    }
    `;
}

function applicationProxy(front: Front, { upstream }: Application): string {
  const { scheme, address, authority } = upstream;
  return reverseProxy(
    [`${scheme}://${authorityOf(upstream)}`],
    text`
      ${visitor(front)}
      ${scheme === "https" ? transport({ name: address, authority }) : ""}
      # Whatever comes in pieces is passed on as it comes.
      flush_interval -1
      stream_timeout 12h
      `,
  );
}

/** What stands before each application, in its route. */
function asking(front: Front): string {
  const { sessionCookie, identityHeaders, host } = front;
  const cookie = literal(sessionCookie);
  return text`
    # Asks about a request, and passes on what an application is to get of it: to be imported in a route, before what is protected.
    (zerohop) {
    	${unreadable(front)}
    	@connect method CONNECT
    	# Of upgrades only WebSockets pass: in a tunnel to another protocol, h2c above all, requests would reach the application
    	# undecided. What else a client asks for goes on as a plain request. Several lines are one value here.
    	@websocket expression {header.Upgrade}.matches("(?i)^websocket$")
    	@other not expression {header.Upgrade}.matches("(?i)^websocket$")
    	# Over HTTP/2 Caddy would write what follows to the application as it is, where it reads as further requests.
    	respond @connect 405
    	# With \`Connection: Remote-User\` a client could have Caddy drop what the gate says. Upgrades alone need this header.
    	request_header -Connection
    	request_header @websocket Connection Upgrade
    	request_header @other -Upgrade
    	request_header -HTTP2-Settings
    	request_header -Remote*
    	${identityHeaders.map((name) => `request_header -${name}`)}
    	# Many backends read remote_user, Remote.User or X_Forwarded_For as the name with hyphens: only letters, digits and hyphens
    	# pass. Each line takes the names with one other character away.
    	${[..."_.!#$%&'*+^`|~"].map((character) => `request_header -*${character}*`)}
    	# Some frameworks take host, path or client from these, behind the back of the rules.
    	request_header -Forwarded
    	request_header -X-Authelia-Url
    	request_header -X-Forwarded-*
    	request_header -X-Original-*
    	request_header -X-Rewrite-Url
    	request_header -X-Real-Ip

    	vars zerohop asked
    	forward_auth ${hostUrls(host).join(" ")} {
    		uri /api/authz/forward-auth
    		# Each is taken from the request and set as the answer has it. Of Authorization it has what is the application's; a
    		# password of the portal stays here. Proxy-Authorization Caddy passes to nobody.
    		copy_headers ${[...remoteHeaders, ...identityHeaders, "Authorization"].join(" ")}
    		${believesForwarded(front) ? "header_up X-Forwarded-For {client_ip}" : ""}
    		${hostOptions(front, "response_header_timeout 5s")}
    	}
    	vars zerohop answered

    	# The session stays here: its cookie is taken out.
    	request_header Cookie "(^|;)[ \t]*${cookie}[ \t]*=[^;]*" ""
    	request_header Cookie "^;[ \t]*" ""
    	# The session's cookie is the portal's to set: an application's would make the others see somebody else. Of such a line an
    	# empty one is left, which browsers pass over. By RFC 6265bis \`=name=value\`, which has no name, comes back as \`name=value\`.
    	# \`header_down\` would pass over the answers that open a WebSocket.
    	header >Set-Cookie "^[ \t=]*${cookie}[ \t]*=.*" ""
    }
    `;
}
