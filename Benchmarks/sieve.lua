-- A table by index: the sieve of Eratosthenes up to 5 million.
local function main()
  local n = 5000000
  local isPrime = {}
  for i = 0, n do isPrime[#isPrime + 1] = true end
  local i = 2
  while i * i <= n do
    if isPrime[i + 1] then
      local j = i * i
      while j <= n do
        isPrime[j + 1] = false
        j = j + i
      end
    end
    i = i + 1
  end
  local count = 0
  for k = 2, n do
    if isPrime[k + 1] then count = count + 1 end
  end
  return count
end

print(main())
