-- Fields: 20 million rounds of reading and writing a table's fields.
local function main()
  local point = { x = 0, y = 0, z = 1 }
  for i = 0, 19999999 do
    point.x = point.x + i
    point.y = point.x - point.z
  end
  return point.y
end

print(main())
