-- Asks Zerohop about a request, in Apache's access check: an allowed one goes on with the Remote-* headers and the credentials of the
-- answer, and for any other the answer goes to the client. Whatever goes wrong ends in 503, never at the application. Each of Apache's
-- threads keeps a connection to the host (LuaScope thread).
local socket = require "socket"

local address, port = "127.0.0.1", 9091
local path = "/api/authz/forward-auth"
local session_cookie = "zerohop_session"
local seconds = 5
local identity = { "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email" }
-- The answer has those of the client's that are the application's; a password of the portal stays here.
local credentials = { "Authorization", "Proxy-Authorization" }
local asked = { "Accept", "Authorization", "Cookie", "Proxy-Authorization", "Referer", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Purpose", "User-Agent", "X-Requested-With" }
local answered = {
  "Location", "WWW-Authenticate", "Proxy-Authenticate", "Cache-Control", "Retry-After", "Content-Security-Policy",
  "X-Content-Type-Options", "Set-Cookie",
}
-- Some frameworks take host, path or client from these, behind the back of the rules, and other portals name their users in them.
local misleading = { "HTTP2-Settings", "Forwarded", "X-Forwarded-Method", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-Uri", "X-Original-Uri", "X-Original-Url", "X-Rewrite-Url", "X-Real-Ip", "X-Forwarded-User", "X-Forwarded-Groups", "X-Forwarded-Email", "X-Forwarded-Preferred-Username" }

-- What is said where the host does not answer.
local away_page = '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>Back in a moment</title></head><body><main><h1>Back in a moment</h1><p>The login portal does not answer right now, and without it nobody is let in. Please try again shortly.</p></main></body></html>'
local away_json = '{"status":503,"error":"unavailable"}'

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
    headers = { ["content-type"] = page and "text/html" or "application/json", ["cache-control"] = "no-store", ["retry-after"] = "10" }
    return finish(r, 503, headers, page and away_page or away_json)
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
