-- Sorting: a million pseudo-random numbers, by a comparison function.
local function main()
  local numbers = {}
  local x = 42
  for i = 1, 1000000 do
    x = (x * 1103515245 + 12345) % 2147483648
    numbers[#numbers + 1] = x
  end
  table.sort(numbers, function(a, b) return a < b end)
  return numbers[500001]
end

print(main())
