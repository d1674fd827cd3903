local tobit = require("bit").tobit
local function iterate(from, to, f)
  local sum = 0
  for i = from, to - 1 do sum = tobit(sum + f(i)) end
  return sum
end
local function work(x)
  return iterate(0, 25000, function(y)
    local pair = { x * y, x }
    return pair[1] - pair[2]
  end)
end
print(iterate(0, 25000, work))
