-- wrk: creates a user with each request. usage: wrk … -s create.lua ADDRESS -- SECRET
local number, run, secret = 0, "", ""

function init(arguments)
  secret = arguments[1] or ""
  math.randomseed(os.time())
  run = os.time() .. "-" .. math.random(1, 1000000)
end

function request()
  number = number + 1
  local body = '{"name":"Zoë ' .. number .. '","email":"' .. run .. "." .. number .. '@example.com","meta":{"plan":"pro"}}'
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. secret }
  return wrk.format("POST", "/v1/partner/user/create", headers, body)
end
