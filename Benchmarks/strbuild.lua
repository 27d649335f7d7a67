-- Text: a million concatenated strings, joined into one.
local function main()
  local parts = {}
  for i = 0, 999999 do parts[#parts + 1] = "item " .. i .. " has value " .. (i * 2) .. ";" end
  return #table.concat(parts, ",")
end

print(main())
