local function make(depth, item)
  if depth == 0 then return { item, item } end
  return { make(depth - 1, item), make(depth - 1, item) }
end
local function sum(tree, depth)
  if depth == 0 then return tree[1] % 3 end
  return sum(tree[1], depth - 1) + sum(tree[2], depth - 1)
end
local long_lived = make(20, 1)
local times = 524288
for depth = 4, 18, 2 do
  local total = 0
  for i = times, 1, -1 do total = total + sum(make(depth, i), depth) end
  print(times .. " trees of depth " .. depth .. ": " .. total)
  times = times / 4
end
print("long lived: " .. sum(long_lived, 20))
