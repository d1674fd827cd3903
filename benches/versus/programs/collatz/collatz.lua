local function collatz(n, steps)
  while n ~= 1 do
    if n % 2 == 0 then n = n / 2 else n = 3 * n + 1 end
    steps = steps + 1
  end
  return steps
end
local steps = 0
for _ = 1, 50 do
  for n = 1, 109999 do steps = collatz(n, steps) end
end
print(steps)
