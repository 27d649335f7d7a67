-- Closures: 20 million calls of a function that keeps its own counter.
local function counter(factor)
  local sum = 0
  return function(step)
    sum = sum + step * factor
    return sum
  end
end

local function main()
  local count = counter(2)
  local last = 0
  for i = 0, 19999999 do last = count(i) end
  return last
end

print(main())
