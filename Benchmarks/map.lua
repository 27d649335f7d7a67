-- A table as a map: a million keys in, a million look-ups.
local function main()
  local places = {}
  for i = 0, 999999 do places["key" .. i] = i end
  local total = 0
  for i = 0, 999999 do total = total + places["key" .. i] end
  return total
end

print(main())
