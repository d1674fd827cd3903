-- Kinds: 0 number, 1 variable by its distance, 2 function, 3 call, 4 +, 5 -, 6 *, 7 <, 8 if.
local function number(n) return { 0, n } end
local function variable(distance) return { 1, distance } end
local function lambda(body) return { 2, body } end
local function call(f, argument) return { 3, { f, argument } } end
local function add(a, b) return { 4, { a, b } } end
local function subtract(a, b) return { 5, { a, b } } end
local function multiply(a, b) return { 6, { a, b } } end
local function less(a, b) return { 7, { a, b } } end
local function choose(test, yes, no) return { 8, { test, { yes, no } } } end

local function lookup(environment, distance)
  for _ = 1, distance do environment = environment[2] end
  return environment[1]
end

local function evaluate(expression, environment)
  local kind, parts = expression[1], expression[2]
  if kind == 0 then return parts end
  if kind == 1 then return lookup(environment, parts) end
  if kind == 2 then return { parts, environment } end
  if kind == 8 then
    if evaluate(parts[1], environment) then return evaluate(parts[2][1], environment) end
    return evaluate(parts[2][2], environment)
  end
  local a = evaluate(parts[1], environment)
  local b = evaluate(parts[2], environment)
  if kind == 3 then return evaluate(a[1], { b, { a, a[2] } }) end
  if kind == 4 then return a + b end
  if kind == 5 then return a - b end
  if kind == 6 then return a * b end
  return a < b
end

local n = variable(0)
local self = variable(1)
local function previous(distance) return call(self, subtract(n, number(distance))) end
local factorial = lambda(choose(less(n, number(1)), number(1), multiply(n, previous(1))))
local fib = lambda(choose(less(n, number(2)), n, add(previous(1), previous(2))))

local sum = 0
for times = 400000, 1, -1 do
  sum = (sum + evaluate(call(factorial, number(times % 13)), nil)) % 4000003
end
print(sum)
print(evaluate(call(fib, number(35)), nil))
