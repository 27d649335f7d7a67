-- A list of a million records: built, sorted by a key, grouped, and joined with another by a key.
local function main()
  local rows = {}
  local x = 42
  for i = 0, 999999 do
    x = (x * 1103515245 + 12345) % 2147483648
    rows[#rows + 1] = { id = i, score = x, team = "team" .. x % 1000 }
  end
  table.sort(rows, function(a, b) return a.score < b.score end)
  local groups, places = {}, {}
  for _, row in ipairs(rows) do
    local place = places[row.team]
    if not place then
      place = #groups + 1
      places[row.team] = place
      groups[place] = { key = row.team, items = {} }
    end
    local items = groups[place].items
    items[#items + 1] = row
  end
  local teams = {}
  for _, group in ipairs(groups) do teams[group.key] = { name = group.key, size = #group.items } end
  local joined = {}
  for i, row in ipairs(rows) do joined[i] = { id = row.id, size = teams[row.team].size } end
  local total = 0
  for _, row in ipairs(joined) do total = total + row.size end
  print(rows[500001].score .. " " .. #groups .. " " .. total)
end

main()
