// nginx with ngx_wasm_module, in which the gate runs.
import { usage } from "../kit/errors.ts";
import {
  type Application,
  authorityOf,
  type ConfigurationFile,
  type Front,
  type Gate,
  listenerOf,
  ownAddress,
} from "./front.ts";
import { gateConfiguration } from "./gate-configuration.ts";
import {
  applicationHeaders,
  applicationPass,
  edgeLocation,
  edgeServer,
  hostUpstream,
  httpBasics,
  listens,
  plainServers,
  portalServer,
  readerMaps,
  refuseHttp2,
  upgradeMaps,
  upstream,
} from "./nginx.ts";
import { remoteHeaders, underscored } from "./request-headers.ts";
import { file, text } from "./template.ts";

export function nginxWasmFiles(front: Front): readonly ConfigurationFile[] {
  refuseHttp2(front);
  const { command, folder, portals, applications, edge, gate } = front;
  const isSecret = gate.edgeToken !== undefined;
  return [
    {
      path: "nginx.conf",
      text: file`
        # nginx with ngx_wasm_module: Zerohop's gate runs inside nginx. docs/nginx-wasm.md says what each line keeps closed, and what
        # this host does not give. No \`resolver\` belongs into http: then zerohop_denied, which names no upstream, can never become one.
        # Written by
        #   ${command}
        worker_processes auto;
        # The gate's warnings, such as that the host refuses its edge token, are below nginx's default level. What nginx itself says at this
        # one is a line for each upload that goes through a file; what an ordinary request does is not in it.
        error_log /var/log/nginx/error.log warn;

        events { worker_connections 4096; }

        wasm {
          module zerohop_gate ${folder}/gate.nginx.wasm;
          # Without these the gate would take bundles from whoever answers in the host's place, where host_cluster is https://.
          tls_trusted_certificate ${front.host.tls?.authority ?? "/etc/ssl/certs/ca-certificates.crt"};
          tls_verify_cert on;
          tls_verify_host on;
        }

        http {
          access_log /var/log/nginx/access.log;
          ${httpBasics(front)}
          merge_slashes on;

          ${hostUpstream(front)}
          ${applications.map(upstream)}

          ${upgradeMaps}

          ${portals.length > 0 ? readerMaps : ""}

          # The gate decides about the Host header; nginx takes the host of an absolute request line before it. They must be the same.
          map "$host $http_host" $zerohop_other_host {
            default 1;
            "~*^(?<named>[^ ]+) \k<named>(:[0-9]+)?$" 0;
          }

          ${plainServers(front)}

          ${portals.length > 0 ? portalServer(front) : ""}

          ${edge ? edgeServer(front, edge) : ""}
          ${asksItself(front) ? ["", questionServer(front)] : []}
          ${applications.flatMap((application) => ["", applicationServer(front, application)])}
        }
        `,
    },
    ...(applications.length === 0
      ? []
      : [
          { path: "zerohop-server.conf", text: serverSnippet(front), secret: isSecret },
          { path: "zerohop-location.conf", text: locationSnippet(front) },
        ]),
  ];
}

function applicationServer(front: Front, application: Application): string {
  const { name, hosts, upstream: to } = application;
  return text`
    server {
      ${listens(listenerOf(front, application))}
      server_name ${hosts.join(" ")};
      # The upstream that the gate sends to what it lets in.
      set $zerohop_upstream ${name};
      include zerohop-server.conf;

      # No return, try_files, mirror, root or index belongs into a location with the gate: nginx would serve before it refuses.
      location / {
        include zerohop-location.conf;
        ${applicationPass(to, `${to.scheme}://$zerohop_gate`)}
      }
    }
    `;
}

/** The variable in which the gate says a header of its answer, beside Remote-*. */
export function variableOf(name: string): string {
  return `$zerohop_header_${underscored(name)}`;
}

/** nginx refuses a longer word. Bytes. */
const longestWord = 4095;

/** The line that configures a gate, which takes no cookies out of responses there. Throws HostError "usage". */
export function gateDirective(gate: Gate, cluster: string): string {
  const configuration = gateConfiguration({ ...gate, dropsSessionSetCookie: false }, cluster);
  // In single quotes nginx takes \ before a quote or itself away.
  const word = JSON.stringify(configuration, undefined, 2).replace(/[\\']/g, "\\$&");
  if (Buffer.byteLength(word) > longestWord)
    throw usage(
      `nginx takes no more than ${longestWord} bytes of the gate's configuration: name fewer trusted proxies`,
    );
  return `proxy_wasm zerohop_gate '${word}';`;
}

/** The gate asks one address. */
function asksItself({ host, applications }: Front): boolean {
  return host.servers.length > 1 && applications.length > 0;
}

function questionServer(front: Front): string {
  return text`
    # What the gate asks, which knows one address: nginx leads it on to whichever host answers.
    server {
      listen ${authorityOf(ownAddress)};
      access_log off;
      client_max_body_size 64k;
      # A question may be put twice: it changes nothing that it would not change by itself.
      proxy_next_upstream error timeout non_idempotent;
      ${edgeLocation(front, "$http_x_forwarded_for")}
      location / { return 404; }
    }
    `;
}

function serverSnippet(front: Front): string {
  const { gate, host, identityHeaders } = front;
  const direct = `${host.tls ? "https://" : ""}${authorityOf(host.servers[0]!)}`;
  const cluster = asksItself(front) ? authorityOf(ownAddress) : direct;
  return file`
    # What a server of applications needs beside its names and $zerohop_upstream: to be included in it.
    if ($zerohop_other_host) { return 400; }
    # How long a body may be; nginx keeps it on disk until it is whole. Its default is 1m.
    client_max_body_size 1g;

    # Every one of these must be here: the gate says what it has decided in them, and nothing goes on before it has.
    set $zerohop_gate zerohop_denied;
    set $zerohop_user "";
    set $zerohop_groups "";
    set $zerohop_name "";
    set $zerohop_email "";
    set $zerohop_cookie "";
    set $zerohop_authorization "";
    set $zerohop_proxy_authorization "";
    set $zerohop_set_cookie "";
    ${identityHeaders.map((name) => `set ${variableOf(name)} "";`)}

    proxy_wasm_request_headers_in_access on;
    # It holds an edge token: this file is for nginx alone.
    ${gateDirective(gate, cluster)}
    `;
}

function locationSnippet({ identityHeaders }: Front): string {
  const headers = [
    ...remoteHeaders.map((name) => [name, `$zerohop_${name.slice("Remote-".length).toLowerCase()}`] as const),
    ...identityHeaders.map((name) => [name, variableOf(name)] as const),
  ];
  return file`
    # To be included in each location of an application, beside its proxy_pass. A location that sets headers of its own
    # (proxy_set_header, add_header) has these as well only where both stand side by side.
    ${applicationHeaders(headers, identityHeaders)}
    # Without the session, and without the credentials that were meant for the gate.
    proxy_set_header Cookie $zerohop_cookie;
    proxy_set_header Authorization $zerohop_authorization;
    proxy_set_header Proxy-Authorization $zerohop_proxy_authorization;
    # A new lease of the session, for the browser. An empty one is not sent.
    add_header Set-Cookie $zerohop_set_cookie always;
    `;
}
