local floor = math.floor
local function square(side) return side * side end
local function circle(radius) return floor(radius * radius * 355 / 113) end
local function triangle(side) return floor(side * side * 433 / 1000) end
local function areas(shapes, n, sum)
  for i = n, 1, -1 do
    sum = (sum + shapes[1](i % 1000)) % 1000003
    shapes = shapes[2]
  end
  return sum
end
local shapes = nil
for _ = 1, 1000 do shapes = { square, { circle, { triangle, shapes } } } end
local sum = 0
for _ = 1, 15000 do sum = areas(shapes, 3000, sum) end
print(sum)

local function same(a, b)
  if a == b then return 1 end
  return 0
end
local function compare(n)
  local total = 0
  for i = n, 1, -1 do
    local ints = same(i % 5, 3)
    local bools = same(i % 2 == 0, i % 3 == 0)
    local texts = same(i % 7 < 4 and "few" or "many", "few")
    total = total + ints + bools + texts
  end
  return total
end
print(compare(20000000))

local function fold(f, n, state)
  for i = n, 1, -1 do state = f(state, i) end
  return state
end
local function remainder(a, b) return (a + b) % 1000003 end
local function join(pieces, n)
  pieces[#pieces + 1] = n
  return pieces
end
local function joined(n, start) return table.concat(fold(join, n, { start })) end
print(fold(remainder, 30000000, 0))
print(joined(300000, "") == joined(299999, "300000"))
local pair = fold(function(pair, n) return { pair[2], pair[1] + n % 3 } end, 20000000, { 0, 0 })
print("(" .. pair[1] .. ", " .. pair[2] .. ")")
