local function empty() return 0 end
local function insert(map, key, value)
  return function(wanted)
    if wanted == key then return value end
    return map(wanted)
  end
end
local map = empty
for n = 10000, 1, -1 do map = insert(map, n, n * n) end
local sum = 0
for n = 10000, 1, -1 do sum = (sum + map(n)) % 1000003 end
print(sum)

local function successor(n)
  return function(f)
    return function(x) return f(n(f)(x)) end
  end
end
local function church(n)
  if n == 0 then
    return function() return function(x) return x end end
  end
  return successor(church(n - 1))
end
local function multiply(n, m)
  return function(f) return n(m(f)) end
end
local function to_int(n) return n(function(k) return k + 1 end)(0) end
print(to_int(multiply(church(3000), multiply(church(50), church(200)))))

local function compose(f, g)
  return function(x) return f(g(x)) end
end
local function curry(f)
  return function(a)
    return function(b) return f(a, b) end
  end
end
local function mix(a, b) return (a * 31 + b) % 1000003 end
local x = 1
for n = 8000000, 1, -1 do
  local f = compose(curry(mix)(n), compose(function(y) return y + n end, curry(mix)(7)))
  x = f(x)
end
print(x)

local function fib(n, continue)
  if n < 2 then return continue(n) end
  return fib(n - 1, function(a)
    return fib(n - 2, function(b) return continue(a + b) end)
  end)
end
local fibs = 0
for n = 20000, 1, -1 do
  local before = fibs
  fibs = fib(n % 20, function(y) return (before + y) % 1000003 end)
end
print(fibs)
