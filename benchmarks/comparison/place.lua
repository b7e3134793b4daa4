-- Places one-line orders: users rotate, every request has its own idempotency key.
-- Arguments after `--`: file of actors (user_id<TAB>token, "-" for none), number of products, workload, tag of the run.
-- Workload: uniform for all products equally, hot for the first product only, or an SKU such as sku-7 for that product.
local threads = 0

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
end

local actors, products, only, tag, count = {}, 0, nil, "", 0

function init(args)
  for line in io.lines(args[1]) do
    local user, token = line:match("^([^\t]+)\t(.*)$")
    actors[#actors + 1] = { user = user, token = token }
  end
  products, tag = tonumber(args[2]), args[4]
  only = args[3] == "hot" and 1 or args[3]:match("^sku%-(%d+)$")
  math.randomseed(os.time() + thread_id * 7919)
  for _, actor in ipairs(actors) do
    local headers = "POST /orders HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nContent-Type: application/json\r\n"
    if actor.token ~= "-" then
      headers = headers .. "Authorization: Bearer " .. actor.token .. "\r\n"
    end
    actor.head = headers .. "Idempotency-Key: "
    actor.body = '{"user_id":"' .. actor.user .. '","items":[{"sku":"sku-'
  end
  -- Each thread starts at another user, so that two threads do not use the same users at the same time.
  count = math.floor(#actors / 2) * thread_id
end

function request()
  count = count + 1
  local actor = actors[count % #actors + 1]
  local sku = only or math.random(products)
  local body = actor.body .. sku .. '","quantity":1}]}'
  return actor.head .. tag .. "-" .. thread_id .. "-" .. count .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT\t%d\t%d\t%.2f\t%.2f\t%.2f\t%d\n", summary.requests - errors.status, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
