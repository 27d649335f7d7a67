-- A plain loop: 50 million steps of integer arithmetic with a branch.
local function main()
  local total = 0
  for i = 0, 49999999 do
    if i % 3 == 0 then total = total + i else total = total - 1 end
  end
  return total
end

print(main())
