// Envoy before the portal and the applications: with the gate inside, or asking the host with ext_authz.
import { isIP } from "node:net";
import {
  type Address,
  type Application,
  believesForwarded,
  type ConfigurationFile,
  certificateOf,
  type Front,
  hostUrls,
  type Listener,
  listenersOf,
} from "./front.ts";
import { gateConfiguration, hostCluster } from "./gate-configuration.ts";
import { away, type OwnWords, retryAfter, unreadable } from "./own-words.ts";
import { askedHeaders, remoteHeaders, removedHeaders } from "./request-headers.ts";
import { file, text } from "./template.ts";

/** What differs between the gate inside Envoy and ext_authz. */
interface Integration {
  readonly title: readonly string[];
  /** Who decides, in comments, and how the details of its answers begin. */
  readonly decider: string;
  readonly details: string;
  /** What holds of Envoy's own answers while the host is away, in CEL. */
  readonly unanswered: string;
  readonly early: string;
  readonly filters: string;
  /** Of the portal's virtual host. */
  readonly portal: string;
  /** Routes of an application before the one for everything. */
  readonly routes: (application: Application) => string;
  readonly underscores: string;
  readonly atLogout: string;
  readonly accessLog: string;
  readonly clusterFor: string;
  readonly statistics: string;
}

const onTheWayToHost = `xds.cluster_name == '${hostCluster}'`;

/** Envoy (1.33 or newer) with the gate inside. */
export function envoyFiles(front: Front): readonly ConfigurationFile[] {
  const integration: Integration = {
    title: ["Envoy (1.33 or newer) with Zerohop's gate in front of every host it serves."],
    ...{ decider: "the gate", details: "zerohop_", unanswered: onTheWayToHost },
    early: believesForwarded(front) ? earlyMutations([], [saysScheme]) : "",
    filters: gateFilters(front),
    portal: "",
    routes: () => "",
    underscores: text`
      # CGI and WSGI backends read remote_user and Remote-User as one. The gate strips both; here every
      # header with an underscore goes, as in nginx's default. Dropped rather than refused, because
      # honest clients send such headers too.
      `,
    atLogout: text`
      # The gate closes WebSockets, event streams and gRPC at a logout; what else a session has begun ends after a
      # working day (docs/streams.md).
      `,
    accessLog,
    clusterFor: "sessions and bundles for the gate, which finds it by this name",
    statistics,
  };
  return [{ path: "envoy.yaml", text: bootstrap(front, integration), secret: front.gate.edgeToken !== undefined }];
}

/** Envoy (1.37 or newer) that asks the host. */
export function extAuthzFiles(front: Front): readonly ConfigurationFile[] {
  const integration: Integration = {
    title: [
      "Envoy (1.37 or newer) that asks Zerohop's host about each request with ext_authz, for where the gate cannot be loaded. With the",
      "gate inside Envoy there is no question on the way, and sessions outlive an outage. The host's server.trusted_proxies must name this",
      "Envoy, or be left out when it runs on the same machine.",
    ],
    ...{ decider: "the host", details: "ext_authz_" },
    unanswered: `response.code_details == 'ext_authz_error' || ${onTheWayToHost}`,
    early: earlyMutations(
      [
        "# What clients may not send, before anybody reads it: ext_authz lays the answer's headers over the client's.",
        "# Names with anything but letters, digits and hyphens (remote.user, x.forwarded.for) go too, which many backends",
        "# read as the name with hyphens.",
      ],
      [
        ...[...remoteHeaders, ...front.identityHeaders].map((name) => `- { remove: ${name.toLowerCase()} }`),
        ...(believesForwarded(front) ? [saysScheme] : []),
        `- remove_on_match: { key_matcher: { safe_regex: { regex: "[a-z0-9][a-z0-9-]*[^a-z0-9-].*|[^a-z0-9:-].*" } } }`,
      ],
    ),
    filters: askingFilters(front),
    portal: text`
      # Nobody has to be logged in to log in; and the host needs its own cookie.
      typed_per_filter_config:
        envoy.filters.http.ext_authz:
          "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
          disabled: true
        envoy.filters.http.lua:
          "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute
          disabled: true
      `,
    routes: ({ name }) => text`
      # An event stream ends after an hour: the page asks for it again by itself, and is let in or not by what
      # holds then.
      - match:
          prefix: /
          headers: [{ name: accept, string_match: { contains: text/event-stream, ignore_case: true } }]
        route: { cluster: ${name}, timeout: 0s, max_stream_duration: { max_stream_duration: 3600s } }
      `,
    underscores: text`
      # CGI and WSGI backends read remote_user and Remote-User as one: every header with an underscore goes, as in
      # nginx's default. Dropped rather than refused, because honest clients send such headers too.
      `,
    atLogout: "# A logout closes nothing here: what a session has begun ends after a working day (docs/streams.md).",
    ...{ accessLog: "", statistics: "" },
    clusterFor: "the answers to Envoy's questions",
  };
  return [{ path: "ext-authz.yaml", text: bootstrap(front, integration) }];
}

/** Without use_remote_address Envoy would believe it of everybody. */
const saysScheme = "- { remove: x-forwarded-proto }";

/** What becomes of a client's headers before anybody reads them. */
function earlyMutations(why: readonly string[], mutations: readonly string[]): string {
  return text`
    ${why}
    early_header_mutation_extensions:
      - name: envoy.http.early_header_mutation.header_mutation
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation
          mutations:
            ${mutations}

    `;
}

function bootstrap(front: Front, integration: Integration): string {
  const { listen, edge, applications } = front;
  return file`
    # ${[...integration.title, "Written by"]}
    #   ${front.command}
    static_resources:
      listeners:
        ${listenersOf(front).flatMap((listener) => [visitorsListener(front, integration, listener), ""])}

        ${edge ? edgeListener(front, edge) : ""}

        ${listen.http === undefined ? "" : plainListener(front, { address: listen.address, port: listen.http })}

      clusters:
        # The host: the portal's pages for browsers, and ${integration.clusterFor}.
        ${clusterOfHosts(front)}

        ${applications.flatMap((application) => [applicationCluster(application), ""])}

    overload_manager:
      resource_monitors:
        - name: envoy.resource_monitors.global_downstream_max_connections
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig
            max_active_downstream_connections: 50000

    ${integration.statistics}
    `;
}

/** What visitors come to. */
function visitorsListener(front: Front, integration: Integration, listener: Listener): string {
  const { name, at } = listener;
  return text`
    - name: ${name}
      address: ${socketAddress(at)}
      ${proxyProtocol(listener)}
      # What one slow client can make Envoy hold.
      per_connection_buffer_limit_bytes: 32768
      filter_chains:
        - name: ${name}
          ${peers(front, listener)}
          transport_socket:
            ${downstreamTls(front, "[h2, http/1.1]")}
          filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                ${manager(front, integration, listener)}
    `;
}

function socketAddress({ address, port }: Address): string {
  return address === ""
    ? `{ socket_address: { address: "::", port_value: ${port}, ipv4_compat: true } }`
    : `{ socket_address: { address: "${address}", port_value: ${port} } }`;
}

function proxyProtocol(listener: Listener): string {
  if (!listener.proxyProtocol) return "";
  return text`
    # The proxies in front of this one begin each connection with who the visitor is. Nobody else gets further than this.
    listener_filters:
      - name: envoy.filters.listener.proxy_protocol
        typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol }
    `;
}

/** Who may begin with the PROXY protocol. */
function peers(front: Front, listener: Listener): string {
  if (!listener.proxyProtocol) return "";
  return text`
    filter_chain_match:
      direct_source_prefix_ranges:
        ${ranges(front)}
    `;
}

function ranges({ trustedProxies }: Front): string[] {
  return trustedProxies
    .map((network) => network.split("/"))
    .map(([address, length]) => `- { address_prefix: "${address}", prefix_len: ${length} }`);
}

function downstreamTls(front: Front, protocols: string): string {
  const { chain, key } = certificateOf(front);
  return text`
    name: envoy.transport_sockets.tls
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
      common_tls_context:
        alpn_protocols: ${protocols}
        tls_params: { tls_minimum_protocol_version: TLSv1_2 }
        tls_certificates:
          - certificate_chain: { filename: ${chain} }
            private_key: { filename: ${key} }
    `;
}

/** Who the visitor is: the peer, or whom the proxies in front of this one name. */
function clientAddress(front: Front): string {
  if (!believesForwarded(front))
    return text`
      # ${"`networks`"} of rules are matched against the peer's address. Without use_remote_address a client's own
      # X-Forwarded-For would be that address.
      use_remote_address: true
      xff_num_trusted_hops: 0
      `;
  return text`
    # \`networks\` of rules are matched against the visitor's address: of X-Forwarded-For, read from the right, the first that is none
    # of the proxies in front of this one. Nobody else is believed.
    use_remote_address: false
    original_ip_detection_extensions:
      - name: envoy.http.original_ip_detection.xff
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.http.original_ip_detection.xff.v3.XffConfig
          skip_xff_append: false
          xff_trusted_cidrs:
            cidrs:
              ${ranges(front)}
    `;
}

function manager(front: Front, integration: Integration, { name, portals, applications }: Listener): string {
  const { identityHeaders } = front;
  return text`
    "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
    stat_prefix: ${name}

    ${clientAddress(front)}
    # No client is trusted with Envoy's own x-envoy-* headers. Left out, or without a range, every client
    # with a private address is.
    internal_address_config: { cidr_ranges: [{ address_prefix: 0.0.0.0, prefix_len: 32 }] }

    # One reading of the path for Envoy's routes, the rules and the backend. An escaped slash or backslash, a separator
    # to some backends and a character to others (\`/projects/group%2Fname\`), goes on as it came: ${integration.decider} decides
    # about it in each reading, and refuses (400) what the rules answer differently. Routes that differ by path and
    # have no gate would be reached around it: then REJECT_REQUEST.
    normalize_path: true
    merge_slashes: true
    path_with_escaped_slashes_action: KEEP_UNCHANGED
    strip_trailing_host_dot: true
    # All of a request's headers. Cookies of several applications, and an address with a query, are long at times.
    max_request_headers_kb: 96

    common_http_protocol_options:
      ${integration.underscores}
      headers_with_underscores_action: DROP_HEADER
      idle_timeout: 3600s
      ${integration.atLogout}
      max_stream_duration: 43200s
    http2_protocol_options:
      max_concurrent_streams: 100
      initial_stream_window_size: 65536
      initial_connection_window_size: 1048576
      # WebSockets come over HTTP/1.1. Over HTTP/2 (RFC 8441) Envoy would pass them to the backend without
      # Sec-WebSocket-Key, and most would refuse them.
      allow_connect: false
    # A client has 10 s to send its request headers. A stream on which nothing moves ends after 5 minutes,
    # an idle WebSocket included: send pings, or raise it.
    request_headers_timeout: 10s
    stream_idle_timeout: 300s
    # No other upgrade, and no CONNECT: what goes through such a tunnel is decided by nobody. h2c Envoy leaves out itself.
    upgrade_configs: [{ upgrade_type: websocket }]
    ${integration.early}

    ${localReplies(integration)}

    http_filters:
      ${integration.filters}
      - name: envoy.filters.http.router
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          suppress_envoy_headers: true

    route_config:
      name: ${name}
      ignore_port_in_host_matching: true
      # Some frameworks take host, path or client address from these, behind the back of the rules; other
      # portals name their users in them. Envoy sets X-Forwarded-For and X-Forwarded-Proto itself.${integration.decider === "the gate" ? " Other" : ""}
      ${integration.decider === "the gate" ? "# spellings (x.forwarded.for) are taken away by the gate." : ""}
      request_headers_to_remove:
        ${removedHeaders(identityHeaders).map((name) => `- ${name.toLowerCase()}`)}
      virtual_hosts:
        ${portals.length > 0 ? portalVirtualHost(front, portals, integration) : ""}
        ${applications.map((application) => applicationVirtualHost(application, integration))}

    ${integration.accessLog}
    `;
}

/** A request for which there was no connection goes to another host. */
const elsewhere = text`
  retry_on: connect-failure, num_retries: 3, host_selection_retry_max_attempts: 3,
  retry_host_predicate: [{ name: envoy.retry_host_predicates.previous_hosts, typed_config: { "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } }]
  `.replaceAll("\n", " ");

function portalVirtualHost(front: Front, portals: readonly string[], { portal, decider }: Integration): string {
  return text`
    ${decider === "the gate" ? "# The gate lets the portal's own host pass, but for the stripping of Remote-*." : ""}
    - name: portal
      domains: [${portals.join(", ")}]
      ${portal}
      ${
        believesForwarded(front) &&
        text`
          # Whom the proxies in front have seen: Envoy itself would add their address, which the host would take for the visitor's.
          request_headers_to_add:
            - header: { key: x-forwarded-for, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }
              append_action: OVERWRITE_IF_EXISTS_OR_ADD
          `
      }
      routes:
        # For gates, other proxies and monitoring, inside the network; never from outside.
        - match: { path_separated_prefix: /api/edge }
          direct_response: { status: 404 }
        - match: { path_separated_prefix: /api/authz }
          direct_response: { status: 404 }
        - match: { path: /api/verify }
          direct_response: { status: 404 }
        - match: { path: /metrics }
          direct_response: { status: 404 }
        - match: { prefix: / }
          route: { cluster: zerohop_host, timeout: 30s${front.host.servers.length > 1 ? `, retry_policy: { ${elsewhere} }` : ""} }
    `;
}

function applicationVirtualHost(application: Application, { routes }: Integration): string {
  return text`
    - name: ${application.name}
      domains: [${application.hosts.map((host) => (host.startsWith("*") ? `"${host}"` : host)).join(", ")}]
      routes:
        ${routes(application)}
        - match: { prefix: / }
          # Envoy's default of 15 s would cut downloads and event streams; stream_idle_timeout ends
          # those on which nothing moves, max_stream_duration all of them.
          route: { cluster: ${application.name}, timeout: 0s }
    `;
}

/** For gates on other machines. */
function edgeListener(front: Front, edge: Address): string {
  return text`
    # Gates on other machines get bundles and leases here, with an edge token, and nobody gets anything else. They say whom they ask
    # for: the host's server.trusted_proxies must name their machines too.
    - name: edge
      address: ${socketAddress(edge)}
      per_connection_buffer_limit_bytes: 32768
      filter_chains:
        - transport_socket:
            ${downstreamTls(front, "[http/1.1]")}
          filters:
            - name: envoy.filters.network.http_connection_manager
              # zerohop-lint: allow envoy-websocket
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: edge
                use_remote_address: true
                normalize_path: true
                merge_slashes: true
                path_with_escaped_slashes_action: REJECT_REQUEST
                common_http_protocol_options: { headers_with_underscores_action: DROP_HEADER, idle_timeout: 300s }
                request_headers_timeout: 10s
                # zerohop-lint: allow envoy-gate-missing
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  name: edge
                  virtual_hosts:
                    - name: edge
                      domains: ["*"]
                      request_headers_to_remove: [x-forwarded-host, x-original-url, x-rewrite-url]
                      routes:
                        # A gate waits for the next bundle for up to a minute.
                        # zerohop-lint: allow envoy-edge-api
                        - match: { prefix: /api/edge/ }
                          route: { cluster: zerohop_host, timeout: 90s }
    `;
}

function plainListener({ listen }: Front, at: Address): string {
  const port = listen.publicPort === 443 ? "" : ` port_redirect: ${listen.publicPort},`;
  return text`
    # Plain HTTP only says where HTTPS is.
    - name: http
      address: ${socketAddress(at)}
      per_connection_buffer_limit_bytes: 32768
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: http
                use_remote_address: true
                request_headers_timeout: 10s
                stream_idle_timeout: 30s
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  name: http
                  virtual_hosts:
                    - name: to-https
                      domains: ["*"]
                      routes:
                        - match: { prefix: / }
                          redirect: { https_redirect: true,${port} response_code: MOVED_PERMANENTLY }
    `;
}

function clusterOfHosts({ host: { servers, tls } }: Front): string {
  return text`
    - name: zerohop_host
      type: STRICT_DNS
      connect_timeout: 2s
      per_connection_buffer_limit_bytes: 32768
      load_assignment:
        cluster_name: zerohop_host
        endpoints:
          - lb_endpoints:
              ${servers.map(({ address, port }) => `- endpoint: { address: { socket_address: { address: ${yamlAddress(address)}, port_value: ${port} } } }`)}
      ${
        servers.length !== 1 &&
        text`
          # A host that is away is asked nothing. Without no_traffic_interval that would be found out after a minute.
          health_checks:
            - { timeout: 1s, interval: 2s, no_traffic_interval: 2s, unhealthy_threshold: 2, healthy_threshold: 1, http_health_check: { path: /api/health } }
          `
      }
      ${tls ? upstreamTls(tls) : ""}
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: { http_protocol_options: {} }
          # The host closes a connection that was idle for 120 s. Leaving it first keeps a request from being sent into
          # a connection that is just closing.
          common_http_protocol_options: { idle_timeout: 60s }
    `;
}

function applicationCluster({ name, upstream: { scheme, address, port, authority } }: Application): string {
  return text`
    - name: ${name}
      type: STRICT_DNS
      connect_timeout: 2s
      per_connection_buffer_limit_bytes: 32768
      load_assignment:
        cluster_name: ${name}
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: ${yamlAddress(address)}, port_value: ${port} } } }
      ${scheme === "https" ? upstreamTls({ name: address, authority }) : ""}
      ${
        scheme === "h2c" &&
        text`
          typed_extension_protocol_options:
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
              "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
              explicit_http_config: { http2_protocol_options: {} }
          `
      }
    `;
}

function upstreamTls({ name, authority }: { readonly name: string; readonly authority: string }): string {
  return text`
    # Whoever answers in its place would get what visitors send: its certificate is checked, for this name.
    transport_socket:
      name: envoy.transport_sockets.tls
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
        sni: ${name}
        common_tls_context:
          validation_context:
            trusted_ca: { filename: ${authority} }
            match_typed_subject_alt_names: [{ san_type: ${isIP(name) === 0 ? "DNS" : "IP_ADDRESS"}, matcher: { exact: "${name}" } }]
    `;
}

function yamlAddress(address: string): string {
  return address.includes(":") ? `"${address}"` : address;
}

function gateFilters({ gate, folder }: Front): string {
  const configuration = gateConfiguration(gate, hostCluster);
  return text`
    - name: zerohop.gate
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
        config:
          name: zerohop.gate
          # A module that failed is started anew with the next request. The default leaves the worker
          # answering 503 until Envoy restarts; FAIL_OPEN would let everybody in.
          failure_policy: FAIL_RELOAD
          vm_config:
            vm_id: zerohop
            runtime: envoy.wasm.runtime.v8
            code: { local: { filename: ${folder}/gate.wasm } }
          configuration:
            "@type": type.googleapis.com/google.protobuf.StringValue
            # It holds an edge token, so keep this file readable by Envoy only. With a configuration it cannot use the gate does
            # not start, and Envoy answers 503.
            value: |
              ${gate.edgeToken ? JSON.stringify(configuration, undefined, 2) : "{}"}
    # For the access log: whom the gate let through. The gate itself names the user only for requests that
    # it answers, which spares all others a call. A client's own Remote-User cannot get here: only what
    # the gate lets through does, and there the header is the gate's. Keep it behind the gate.
    - name: user_for_access_log
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config
        on_request_headers:
          - object_key: wasm.zerohop.user
            factory_key: envoy.string
            format_string:
              text_format_source: { inline_string: "%REQ(REMOTE-USER)%" }
              omit_empty_values: true
            skip_if_empty: true
    `;
}

function askingFilters({ host, sessionCookie, identityHeaders }: Front): string {
  return text`
    - name: envoy.filters.http.ext_authz
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
        # While the host does not answer nobody gets in. The default status would be 403.
        failure_mode_allow: false
        status_on_error: { code: ServiceUnavailable }
        # Of the client's headers those that count. Host, method and path come by themselves.
        allowed_headers:
          patterns:
            ${askedHeaders.map((name) => `- { exact: ${name.toLowerCase()}, ignore_case: true }`)}
        http_service:
          path_prefix: /api/authz/ext-authz
          server_uri: { uri: "${hostUrls(host)[0]}", cluster: zerohop_host, timeout: 5s }
          ${host.servers.length > 1 ? ["# Until it is known that a host is away.", `retry_policy: { ${elsewhere} }`] : ""}
          authorization_request:
            # Envoy's own words, whatever the client sent. Rules with networks need the address.
            headers_to_add:
              - { key: X-Forwarded-Proto, value: "%REQ(:SCHEME)%" }
              - { key: X-Forwarded-For, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }
          authorization_response:
            allowed_upstream_headers:
              patterns:
                ${[...remoteHeaders, ...identityHeaders].map((name) => `- { exact: ${name.toLowerCase()}, ignore_case: true }`)}
            # A new lease of the session, for the browser.
            allowed_client_headers_on_success:
              patterns: [{ exact: set-cookie, ignore_case: true }]
    # The session stays here: its cookie is taken out. A password of the portal stays here too, without a line of its
    # own: the host tells Envoy what of the credentials to remove.
    - name: envoy.filters.http.lua
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
        default_source_code:
          inline_string: |
            ${cookieScript(sessionCookie)}
    `;
}

function cookieScript(sessionCookie: string): string {
  return text`
    local session_cookie = "${sessionCookie}"

    local function without_session(line)
      local kept = {}
      for cookie in string.gmatch(line, "[^;]+") do
        local text = string.match(cookie, "^%s*(.-)%s*$")
        if string.match(text, "^([^=]-)%s*=") ~= session_cookie then kept[#kept + 1] = text end
      end
      return table.concat(kept, "; ")
    end

    -- The session's cookie is the portal's to set: an application's would make the others see somebody else.
    -- By RFC 6265bis \`=name=value\`, which has no name, comes back as \`name=value\`.
    local function sets_session(line)
      return string.match(line, "^[%s=]*([^%s=]*)%s*=") == session_cookie
    end

    function envoy_on_response(handle)
      local headers = handle:headers()
      local count = headers:getNumValues("set-cookie")
      if count == 0 or not handle:streamInfo():dynamicMetadata():get("zerohop") then return end
      local lines = {}
      for i = 0, count - 1 do
        local line = headers:getAtIndex("set-cookie", i)
        if not sets_session(line) then lines[#lines + 1] = line end
      end
      if #lines == count then return end
      headers:remove("set-cookie")
      for _, line in ipairs(lines) do headers:add("set-cookie", line) end
    end

    function envoy_on_request(handle)
      -- Answers to what did not come here are the host's.
      handle:streamInfo():dynamicMetadata():set("zerohop", "application", true)
      local headers = handle:headers()
      local lines = {}
      for i = 0, headers:getNumValues("cookie") - 1 do
        lines[#lines + 1] = without_session(headers:getAtIndex("cookie", i))
      end
      headers:remove("cookie")
      for _, line in ipairs(lines) do
        if line ~= "" then headers:add("cookie", line) end
      end
    end
    `;
}

/** What Envoy says itself, of which answers that the host or the gate has given are no part. */
function localReplies({ decider, details, unanswered }: Integration): string {
  return text`
    # What Envoy refuses by itself (400), before anybody has decided, and what it says while the host is away (503), is a page for a
    # person and JSON for a program. Answers of ${decider} stay as they are.
    local_reply_config:
      mappers:
        ${mappers(unreadable, { op: "EQ", value: 400 }, `!response.code_details.startsWith('${details}')`)}
        ${mappers(away, { op: "GE", value: 500 }, unanswered)}
    `;
}

/** Words of ours in the place of Envoy's, where its answer has such a status and the expression (CEL) holds of it. */
function mappers(
  { status, page, json, isTemporary }: OwnWords,
  { op, value }: { readonly op: "EQ" | "GE"; readonly value: number },
  expression: string,
): string {
  const one = (body: string, type: string, filter: string) => text`
    - filter:
        and_filter:
          filters:
            - status_code_filter: { comparison: { op: ${op}, value: { default_value: ${value}, runtime_key: zerohop.status_${status} } } }
            - extension_filter:
                name: envoy.access_loggers.extension_filters.cel
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter
                  expression: "${expression}"
            ${filter}
      status_code: ${status}
      body: { inline_string: '${body}' }
      body_format_override:
        text_format_source: { inline_string: "%LOCAL_REPLY_BODY%" }
        content_type: ${type}
      headers_to_add:
        - { header: { key: cache-control, value: no-store }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }
        ${isTemporary ? `- { header: { key: retry-after, value: "${retryAfter}" }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }` : ""}
    `;
  const takesPage = "- header_filter: { header: { name: accept, string_match: { contains: text/html } } }";
  return [one(page, '"text/html; charset=utf-8"', takesPage), one(json, "application/json", "")].join("\n");
}

const accessLog = text`
    # One JSON object a line; docs/observability.md explains the fields. No cookie, no credential and no query
    # string: each can carry a secret. A field that has nothing to say is left out.
    access_log:
      - name: envoy.access_loggers.stdout
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
          log_format:
            omit_empty_values: true
            json_format:
              time: "%START_TIME(%Y-%m-%dT%H:%M:%E3SZ)%"
              request_id: "%REQ(X-REQUEST-ID)%"
              client: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"
              method: "%REQ(:METHOD)%"
              authority: "%REQ(:AUTHORITY)%"
              path: "%PATH(NQ)%"
              protocol: "%PROTOCOL%"
              status: "%RESPONSE_CODE%"
              details: "%RESPONSE_CODE_DETAILS%"
              # Never %REQ(REMOTE-USER)%: what Envoy refuses before the gate has seen it still carries
              # whatever the client claims to be.
              user: "%FILTER_STATE(wasm.zerohop.user:PLAIN)%"
              # For requests that the gate refused, or for all: \`gate.access_log\` in the host's config.
              outcome: "%FILTER_STATE(wasm.zerohop.outcome:PLAIN)%"
              rule: "%FILTER_STATE(wasm.zerohop.rule:PLAIN)%"
              duration_ms: "%DURATION%"
              bytes_received: "%BYTES_RECEIVED%"
              bytes_sent: "%BYTES_SENT%"
              upstream: "%UPSTREAM_HOST%"
    `;

const statistics = text`
    # Turns the gate's counters into metrics with labels, as in
    #   zerohop_decisions{outcome="allow",policy="one_factor"}
    # at /stats/prometheus of Envoy's admin interface. That one can also stop Envoy, so it belongs on the loopback:
    #   admin: { address: { socket_address: { address: 127.0.0.1, port_value: 9901 } } }
    stats_config:
      stats_tags:
        - tag_name: outcome
          regex: '^wasmcustom\.zerohop\.decisions(\.(\w+))\.\w+$'
        - tag_name: policy
          regex: '^wasmcustom\.zerohop\.decisions\.\w+(\.(\w+))$'
        - tag_name: result
          regex: '^wasmcustom\.zerohop\.(?:renewals|basic_calls)(\.(\w+))$'
    `;
