// Apache httpd (2.4.49 or newer, with mod_lua and LuaSocket) before the portal and the applications.
import { usage } from "../kit/errors.ts";
import {
  type Application,
  authorityOf,
  type ConfigurationFile,
  certificateOf,
  type Front,
  type Listener,
  listenerOf,
  listenersOf,
  namesInOrder,
  portSuffix,
} from "./front.ts";
import { away, retryAfter } from "./own-words.ts";
import { askedHeaders, misleadingHeaders, othersHeaders, remoteHeaders } from "./request-headers.ts";
import { file, literal, text } from "./template.ts";

export function apacheFiles(front: Front): readonly ConfigurationFile[] {
  const { host, applications } = front;
  if (host.tls || host.servers.length > 1)
    throw usage(
      "Apache's Lua script asks one host by plain HTTP, for LuaSocket speaks no TLS: sessions would go over the network in clear text to any but one on Apache's machine. " +
        "Name that by --host http://127.0.0.1:9091; for several hosts, or one elsewhere, have another proxy on Apache's machine listen there and lead to them by TLS",
    );
  if (front.edge || front.proxyProtocol)
    throw usage("apache has no --edge and no --proxy-protocol: have another proxy do that");
  const main = { path: "zerohop.conf", text: site(front) };
  return applications.length === 0 ? [main] : [main, { path: "zerohop.lua", text: script(front) }];
}

function site(front: Front): string {
  const { command, listen, internal, portals, applications, trustedProxies } = front;
  const { chain, key } = certificateOf(front);
  const at = (port: number) => authorityOf({ address: listen.address || "*", port });
  return file`
    # Apache (2.4.49 or newer) before Zerohop and the applications: a site, for sites-enabled or conf.d. It needs mod_lua with LuaSocket
    # (Debian's lua-socket), mod_ssl, mod_headers, mod_alias, mod_rewrite and mod_proxy_http. zerohop.lua is the other part. The host's
    # server.trusted_proxies must name this Apache, or be left out when it runs on the same machine. Written by
    #   ${command}
    #
    # No other site may lead to the applications. Beside the access check: Satisfy any, CacheQuickHandler (mod_cache answers before anything
    # is decided), and LuaHookAccessChecker or ProxyPass in a .htaccess file open ways around it.
    ${listen.http === undefined ? "" : `Listen ${listen.address ? at(listen.http) : listen.http}`}
    Listen ${listen.address ? at(listen.https) : String(listen.https)}
    ${internal ? `Listen ${authorityOf(internal)}` : ""}

    TraceEnable off
    UseCanonicalName Off
    # A connection to the host is kept by each thread.
    LuaScope thread
    LuaCodeCache stat
    SSLProtocol -all +TLSv1.2 +TLSv1.3
    SSLCertificateFile ${chain}
    SSLCertificateKeyFile ${key}
    # X-Forwarded-* are set here, and not added to what a client sent.
    ProxyAddHeaders Off
    LimitRequestFieldSize 32768
    LimitRequestLine 32768
    ${
      trustedProxies.length === 0
        ? []
        : [
            "# The proxies in front of this one say who the visitor is (mod_remoteip). Nobody else is believed.",
            "RemoteIPHeader X-Forwarded-For",
            ...trustedProxies.map((network) => `RemoteIPInternalProxy ${network}`),
          ]
    }

    ${
      listen.http !== undefined &&
      text`
        # Plain HTTP only says where HTTPS is.
        <VirtualHost ${at(listen.http)}>
          RewriteEngine on
          RewriteRule ^ https://%{SERVER_NAME}${portSuffix(listen)}%{REQUEST_URI} [R=301,NE,L]
        </VirtualHost>
        `
    }

    # A host that no site below names: the first is the one for these.
    ${listenersOf(front).flatMap((listener) => [
      text`
      <VirtualHost ${placeOf(listener)}>
        SSLEngine on
        RedirectMatch 421 .*
      </VirtualHost>
      `,
    ])}

    ${portals.length === 0 ? "" : portal(front, at(listen.https))}

    ${namesInOrder(applications).flatMap(({ application, hosts }) => [applicationSite(front, { ...application, hosts }, placeOf(listenerOf(front, application))), ""])}
    `;
}

const placeOf = ({ at: { address, port } }: Listener) => authorityOf({ address: address || "*", port });

const names = (hosts: readonly string[]) => [
  `ServerName ${hosts.find((host) => !host.startsWith("*.")) ?? hosts[0]!.replace("*.", "any.")}`,
  ...(hosts.length > 1 || hosts[0]!.startsWith("*.") ? [`ServerAlias ${hosts.join(" ")}`] : []),
];

function portal({ portals, host }: Front, at: string): string {
  const unanswered = `"expr=%{REQUEST_STATUS} == ${away.status} && -z resp('X-Request-Id')"`;
  return text`
    # The portal.
    <VirtualHost ${at}>
      SSLEngine on
      ${names(portals)}
      Header always set Strict-Transport-Security max-age=31536000
      AllowEncodedSlashes NoDecode
      LimitRequestBody 65536
      # For proxies and monitoring, never from outside.
      <LocationMatch "(?i)^/+(api/+edge|api/+authz|api/+verify|metrics)([/;]|$)">
        Redirect 404
      </LocationMatch>
      ProxyPreserveHost On
      RequestHeader set X-Forwarded-For expr=%{REMOTE_ADDR}
      RequestHeader set X-Forwarded-Proto https
      RequestHeader set X-Forwarded-Host expr=%{HTTP_HOST}
      RequestHeader unset Forwarded
      RequestHeader unset Upgrade
      # Without the host: a page or JSON, and when to come again. Every answer of the host's has an X-Request-Id.
      ErrorDocument ${away.status} "${away.page.replaceAll('"', '\\"')}"
      Header always set Cache-Control no-store ${unanswered}
      Header always set Retry-After ${retryAfter} ${unanswered}
      <If "%{HTTP:Accept} !~ m#text/html#">
        ErrorDocument ${away.status} "${away.json.replaceAll('"', '\\"')}"
        Header always set Content-Type application/json ${unanswered}
      </If>
      ProxyPass / http://${authorityOf(host.servers[0]!)}/ nocanon
    </VirtualHost>
    `;
}

function applicationSite({ folder, sessionCookie }: Front, { hosts, upstream }: Application, at: string): string {
  const cookie = literal(sessionCookie);
  // By https Apache would compare the application's certificate with the name that the visitor asked for.
  if (upstream.scheme !== "http") throw usage("apache reaches applications by http:// only");
  return text`
    <VirtualHost ${at}>
      SSLEngine on
      ${names(hosts)}
      Header always set Strict-Transport-Security max-age=31536000
      LuaHookAccessChecker ${folder}/zerohop.lua authorize early
      # Paths go on as they came: the host decides about them in each reading.
      AllowEncodedSlashes NoDecode
      MergeSlashes Off
      LimitRequestBody 0
      ProxyPreserveHost On
      ProxyTimeout 300
      # The session's cookie is the portal's to set: of such a line an empty one is left, which browsers pass over.
      Header edit* Set-Cookie "^[[:space:]=]*${cookie}[[:space:]]*=.*$" ""
      ProxyPass / http://${authorityOf(upstream)}/ nocanon upgrade=websocket flushpackets=on
    </VirtualHost>
    `;
}

const listOf = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");

function script({ host: { servers }, sessionCookie, identityHeaders }: Front): string {
  const misleading = misleadingHeaders.filter((name) => name !== "X-Forwarded-Host");
  return file`
    -- Asks Zerohop about a request, in Apache's access check: an allowed one goes on with the Remote-* headers and the credentials of the
    -- answer, and for any other the answer goes to the client. Whatever goes wrong ends in 503, never at the application. Each of Apache's
    -- threads keeps a connection to the host (LuaScope thread).
    local socket = require "socket"

    local address, port = "${servers[0]!.address}", ${servers[0]!.port}
    local path = "/api/authz/forward-auth"
    local session_cookie = "${sessionCookie}"
    local seconds = 5
    local identity = { ${listOf([...remoteHeaders, ...identityHeaders])} }
    -- The answer has those of the client's that are the application's; a password of the portal stays here.
    local credentials = { "Authorization", "Proxy-Authorization" }
    local asked = { ${listOf(askedHeaders)} }
    local answered = {
      "Location", "WWW-Authenticate", "Proxy-Authenticate", "Cache-Control", "Retry-After", "Content-Security-Policy",
      "X-Content-Type-Options", "Set-Cookie",
    }
    -- Some frameworks take host, path or client from these, behind the back of the rules, and other portals name their users in them.
    local misleading = { ${listOf(["HTTP2-Settings", ...misleading, ...othersHeaders(identityHeaders)])} }

    -- What is said where the host does not answer.
    local away_page = '${away.page}'
    local away_json = '${away.json}'

    local connection

    -- Status, headers by name in lower case, and body of the host's answer; nil when there is none, and why as far as it is known.
    local function exchange(question)
      local sent, line, failure
      sent, failure = connection:send(question)
      if sent then line, failure = connection:receive("*l") end
      if not line then return nil, failure end
      local status = tonumber(line:match("^HTTP/1%.1 (%d%d%d)"))
      if not status then return end
      local headers = {}
      for line in function() return connection:receive("*l") end do
        if line == "" then
          local length = tonumber(headers["content-length"] or 0)
          local body = length and length > 0 and connection:receive(length) or ""
          if not length or #body ~= length then return end
          return status, headers, body
        end
        local name, value = line:match("^([^:]+):%s*(.-)%s*$")
        if name then headers[name:lower()] = value end
      end
    end

    local function ask(question)
      for attempt = 1, 2 do
        local is_kept = connection ~= nil
        if not is_kept then
          connection = socket.tcp()
          connection:settimeout(seconds)
          if not connection:connect(address, port) then
            connection = nil
            return
          end
          connection:setoption("tcp-nodelay", true)
        end
        local status, headers, body = exchange(question)
        if status then
          if headers["connection"] == "close" then
            connection:close()
            connection = nil
          end
          return status, headers, body
        end
        connection:close()
        connection = nil
        -- The host may have closed a connection that was kept, just before; the question may be put again, for it changes nothing.
        if not is_kept or headers == "timeout" then return end
      end
    end

    -- The cookies without the session; nil when nothing is left.
    local function without_session(cookies)
      local kept = {}
      for cookie in cookies:gmatch("[^;]+") do
        local text = cookie:match("^%s*(.-)%s*$")
        if text:match("^([^=]-)%s*=") ~= session_cookie then kept[#kept + 1] = text end
      end
      if #kept > 0 then return table.concat(kept, "; ") end
    end

    -- Apache makes one line of several. Of credentials the host has to see each: it refuses two, of which the application might believe
    -- the other. Those of Basic and Bearer have no comma in them.
    local function lines_of(name, value)
      if not value then return {} end
      local scheme = value:match("^%a+") or ""
      local lines = {}
      if name:find("Authorization", 1, true) and (scheme:lower() == "basic" or scheme:lower() == "bearer") then
        for line in value:gmatch("[^,]+") do lines[#lines + 1] = line:match("^%s*(.-)%s*$") end
        return lines
      end
      return { value }
    end

    local function finish(r, status, headers, body)
      for _, name in ipairs(answered) do
        if headers[name:lower()] then r.err_headers_out[name] = headers[name:lower()] end
      end
      r.status = status
      r.content_type = headers["content-type"] or "text/plain"
      if r.method ~= "HEAD" then r:write(body) end
      return apache2.DONE
    end

    -- Whether a person is to read the answer: their browser says so itself, or else they name HTML among what they take.
    local function asks_page(sent)
      if sent["X-Requested-With"] == "XMLHttpRequest" then return false end
      local mode, accept = sent["Sec-Fetch-Mode"], (sent["Accept"] or ""):lower()
      if mode then return mode == "navigate" or mode == "nested-navigate" end
      return accept:find("text/html", 1, true) ~= nil or accept:match("^%s*%*/%*") ~= nil
    end

    function authorize(r)
      local sent = r.headers_in
      -- The name is the one that the virtual host was chosen by; of the client's Host header only the port is taken.
      local host = r.hostname .. (tostring(sent["Host"] or ""):match(":%d+$") or "")
      local target = r.unparsed_uri:gsub("^%a[%w+.-]*://[^/?#]*", "")
      if target:sub(1, 1) ~= "/" then return 400 end
      local question = {
        "GET " .. path .. " HTTP/1.1", "Host: " .. address .. ":" .. port,
        "X-Forwarded-Method: " .. r.method, "X-Forwarded-Proto: https", "X-Forwarded-Host: " .. host, "X-Forwarded-Uri: " .. target,
        "X-Forwarded-For: " .. r.useragent_ip,
      }
      for _, name in ipairs(asked) do
        for _, value in ipairs(lines_of(name, sent[name])) do question[#question + 1] = name .. ": " .. value end
      end
      local status, headers, body = ask(table.concat(question, "\r\n") .. "\r\n\r\n")
      if status ~= 200 then
        local is_answer = status and (status < 429 and status >= 302 or (status == 429 or status == 503) and headers["retry-after"])
        if is_answer then return finish(r, status, headers, body) end
        local page = asks_page(sent)
        headers = { ["content-type"] = page and "text/html" or "application/json", ["cache-control"] = "no-store", ["retry-after"] = "${retryAfter}" }
        return finish(r, ${away.status}, headers, page and away_page or away_json)
      end

      -- Many backends read remote_user, Remote.User or X_Forwarded_For as the name with hyphens: only letters, digits and hyphens pass.
      for name in pairs(r:headers_in_table()) do
        if name:find("[^%w-]") then sent[name] = nil end
      end
      for _, name in ipairs(misleading) do sent[name] = nil end
      for _, name in ipairs(identity) do sent[name] = headers[name:lower()] end
      for _, name in ipairs(credentials) do sent[name] = headers[name:lower()] end
      if sent["Cookie"] then sent["Cookie"] = without_session(sent["Cookie"]) end
      sent["Host"] = host
      sent["X-Forwarded-For"] = r.useragent_ip
      sent["X-Forwarded-Proto"] = "https"
      sent["X-Forwarded-Host"] = host
      -- Of upgrades only WebSockets pass: in a tunnel to another protocol, h2c above all, requests would reach the application undecided.
      -- Connection names nothing but the upgrade, so that nobody can have Apache drop what is said here.
      local is_websocket = (sent["Upgrade"] or ""):lower() == "websocket"
      local closes = (sent["Connection"] or ""):lower():find("close", 1, true)
      if not is_websocket then sent["Upgrade"] = nil end
      sent["Connection"] = is_websocket and "upgrade" or closes and "close" or nil
      -- A new lease of the session, for the browser.
      if headers["set-cookie"] then r.err_headers_out["Set-Cookie"] = headers["set-cookie"] end
      return apache2.OK
    end
    `;
}
