-- Lists the newest orders: users rotate. Arguments after `--`: file of actors (user_id<TAB>token), entries of a page.
local threads = 0

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
end

local heads, count = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local _, token = line:match("^([^\t]+)\t(.*)$")
    heads[#heads + 1] = "GET /orders?limit=" .. args[2] .. " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nAuthorization: Bearer " .. token .. "\r\n\r\n"
  end
  count = math.floor(#heads / 2) * thread_id
end

function request()
  count = count + 1
  return heads[count % #heads + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT\t%d\t%d\t%.2f\t%.2f\t%.2f\t%d\n", summary.requests - errors.status, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
