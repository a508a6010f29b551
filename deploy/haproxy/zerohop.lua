-- Asks Zerohop about a request: an allowed one goes on with the Remote-* headers and the credentials of the answer, and for any
-- other the answer goes to the client as it is. Whatever goes wrong ends in 503, never at the backend.
local url = os.getenv("ZEROHOP_AUTHZ")
local session_cookie = "zerohop_session"
local milliseconds = 5000
local identity = { "remote-user", "remote-groups", "remote-name", "remote-email" }
-- The answer has those of the client's that are the application's; a password of the portal stays here.
local credentials = { "authorization", "proxy-authorization" }
local asked = {
  "accept", "authorization", "cookie", "proxy-authorization", "referer", "sec-fetch-dest", "sec-fetch-mode", "sec-purpose",
  "user-agent", "x-requested-with",
}

local function finish(txn, status, headers, body)
  local reply = txn:reply({ status = status })
  for name, values in pairs(headers) do
    if name ~= "connection" and name ~= "keep-alive" and name ~= "content-length" and name ~= "date" then
      for _, value in pairs(values) do reply:add_header(name, value) end
    end
  end
  if body then reply:set_body(body) end
  txn:done(reply)
end

-- The cookies without the session; nil when nothing is left.
local function without_session(cookies)
  local kept = {}
  for cookie in string.gmatch(cookies, "[^;]+") do
    local text = string.match(cookie, "^%s*(.-)%s*$")
    if string.match(text, "^([^=]-)%s*=") ~= session_cookie then kept[#kept + 1] = text end
  end
  if #kept > 0 then return table.concat(kept, "; ") end
end

core.register_action("zerohop_authz", { "http-req" }, function(txn)
  local got = txn.http:req_get_headers()
  local question = {
    ["x-forwarded-method"] = { txn.f:method() },
    ["x-forwarded-proto"] = { "https" },
    ["x-forwarded-host"] = { got["host"] and got["host"][0] or "" },
    ["x-forwarded-uri"] = { txn.f:pathq() },
    ["x-forwarded-for"] = { txn.f:src() },
    -- Left out, HAProxy would send words of its own.
    ["accept"] = { "" },
    ["user-agent"] = { "" },
  }
  for _, name in ipairs(asked) do
    if got[name] then
      local values = {}
      for i = 0, #got[name] do values[#values + 1] = got[name][i] end
      -- Credentials stay apart: the host refuses two of one kind, of which the application might believe the other.
      local apart = name == "authorization" or name == "proxy-authorization"
      question[name] = apart and values or { table.concat(values, name == "cookie" and "; " or ", ") }
    end
  end

  local answered, answer = pcall(function()
    return core.httpclient():get({ url = url, headers = question, timeout = milliseconds })
  end)
  local status = answered and answer and answer.status or 0
  if status == 200 then
    for _, name in ipairs(identity) do
      local values = answer.headers[name]
      if values then txn.http:req_set_header(name, values[0]) end
    end
    for _, name in ipairs(credentials) do
      local values = answer.headers[name]
      if values then txn.http:req_set_header(name, values[0]) else txn.http:req_del_header(name) end
    end
    local renewed = answer.headers["set-cookie"]
    if renewed then txn:set_var("txn.zerohop_cookie", renewed[0]) end
    if question["cookie"] then
      local cookies = without_session(question["cookie"][1])
      if cookies then txn.http:req_set_header("cookie", cookies) else txn.http:req_del_header("cookie") end
    end
  elseif status == 400 or status == 401 or status == 403 or status == 407 or status == 302 or status == 303 then
    finish(txn, status, answer.headers, answer.body)
  elseif (status == 429 or status == 503) and answer.headers["retry-after"] then
    -- The host's own words. HAProxy has a 503 too, for a host that it does not reach.
    finish(txn, status, answer.headers, answer.body)
  else
    finish(txn, 503, { ["cache-control"] = { "no-store" } }, "the access check is not available\n")
  end
end, 0)
