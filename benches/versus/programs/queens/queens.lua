local function safe(column, placed)
  local distance = 1
  while placed do
    local other = placed[1]
    if other == column or other + distance == column or other - distance == column then
      return false
    end
    distance, placed = distance + 1, placed[2]
  end
  return true
end
local function place(size, row, column, placed)
  if column == size then return 0 end
  local others = place(size, row, column + 1, placed)
  if not safe(column, placed) then return others end
  if row + 1 == size then return others + 1 end
  return others + place(size, row + 1, 0, { column, placed })
end
print(place(13, 0, 0, nil))
