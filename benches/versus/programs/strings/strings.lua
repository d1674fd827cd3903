-- Strings are arrays here; a table of pieces is the way to build one piece by piece.
local function count(from, to)
  local pieces = {}
  for n = from, to - 1 do pieces[#pieces + 1] = n .. "," end
  return table.concat(pieces)
end
local function halves(from, to)
  local pieces = {}
  local function add(low, high)
    if high - low == 1 then
      pieces[#pieces + 1] = low .. ","
      return
    end
    local middle = math.floor((low + high) / 2)
    add(low, middle)
    add(middle, high)
  end
  add(from, to)
  return table.concat(pieces)
end
local matches = 0
for from = 0, 2 do
  if count(from, 1400000) == halves(from, 1400000) then matches = matches + 1 end
end
print(matches)

local function reverse(n)
  local reversed = 0
  while n > 0 do
    reversed = reversed * 10 + n % 10
    n = math.floor(n / 10)
  end
  return reversed
end
local found = 0
for n = 3000000, 1, -1 do
  if tostring(n) == tostring(reverse(n)) then found = found + 1 end
end
print(found)
