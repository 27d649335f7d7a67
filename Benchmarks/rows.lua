-- What scripts do all day: a million records made, mapped to others, and filtered.
local function tier(plan)
  if plan == 0 then return "free" end
  if plan == 1 then return "pro" end
  return "team"
end

local function main()
  local rows = {}
  for i = 0, 999999 do
    rows[#rows + 1] = { name = "N" .. i, email = "User" .. i .. "@Example.COM", plan = i % 3 }
  end
  local users = {}
  for _, r in ipairs(rows) do
    users[#users + 1] = { name = r.name, email = r.email:lower(), tier = tier(r.plan) }
  end
  local bytes = 0
  for _, user in ipairs(users) do
    if user.tier == "pro" then bytes = bytes + #user.email end
  end
  return bytes
end

print(main())
