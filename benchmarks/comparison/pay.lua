-- Places one-line orders and pays each, from the wallet or with the sandbox provider. Only payments count.
-- Arguments after `--`: file of actors (user_id<TAB>token), number of products, wallet or external, tag of the run.
local threads = 0

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
  thread:set("paid", 0)
  thread:set("refused", 0)
  all = all or {}
  all[#all + 1] = thread
end

local actors, products, external, tag, count, placed = {}, 0, false, "", 0, {}

function init(args)
  for line in io.lines(args[1]) do
    local user, token = line:match("^([^\t]+)\t(.*)$")
    actors[#actors + 1] = { user = user, token = token }
  end
  products, external, tag = tonumber(args[2]), args[3] == "external", args[4]
  paid, refused = 0, 0
  math.randomseed(os.time() + thread_id * 7919)
  for _, actor in ipairs(actors) do
    actor.head = " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nContent-Type: application/json\r\nAuthorization: Bearer " .. actor.token
      .. "\r\nIdempotency-Key: "
  end
  by_user = {}
  for _, actor in ipairs(actors) do by_user[actor.user] = actor end
  count = math.floor(#actors / 2) * thread_id
end

local function post(actor, path, key, body)
  return "POST " .. path .. actor.head .. key .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function request()
  local order = table.remove(placed, 1)
  if order then
    if external then
      return post(order.actor, "/orders/" .. order.id .. "/payments", "pay-" .. order.id, '{"token":"tok_ok"}')
    end
    return post(order.actor, "/orders/" .. order.id .. "/pay", "pay-" .. order.id, "")
  end
  count = count + 1
  local actor = actors[count % #actors + 1]
  local body = '{"user_id":"' .. actor.user .. '","items":[{"sku":"sku-' .. math.random(products) .. '","quantity":1}]'
    .. (external and ',"payment_method":"external"' or "") .. "}"
  return post(actor, "/orders", tag .. "-" .. thread_id .. "-" .. count, body)
end

function response(status, headers, body)
  if status >= 300 then
    refused = refused + 1
    if refused == 1 then
      io.stderr:write(status .. " " .. body .. "\n")
    end
  elseif body:find('"status":"pending"', 1, true) then
    local user = body:match('"user_id":"([^"]+)"')
    placed[#placed + 1] = { id = body:match('"id":"([^"]+)"'), actor = by_user[user] }
  else
    paid = paid + 1
  end
end

function done(summary, latency)
  local paid_in_all, refused_in_all = 0, 0
  for _, thread in ipairs(all) do
    paid_in_all, refused_in_all = paid_in_all + thread:get("paid"), refused_in_all + thread:get("refused")
  end
  local errors = summary.errors
  io.write(string.format("PAID\t%d\t%d\t%d\n", paid_in_all, summary.duration,
    refused_in_all + errors.connect + errors.read + errors.write + errors.timeout))
end
