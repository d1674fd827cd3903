local tobit = require("bit").tobit
local arshift = require("bit").arshift
-- Truncates toward zero, as the others do.
local function times(a, b)
  local product = a * b
  if product < 0 then product = product + 4095 end
  return arshift(tobit(product), 12)
end
local function escape(c_re, c_im)
  local re, im, n = 0, 0, 0
  while true do
    local re2, im2 = times(re, re), times(im, im)
    if n == 200 or re2 + im2 > 16384 then return n end
    re, im, n = re2 - im2 + c_re, 2 * times(re, im) + c_im, n + 1
  end
end
local total = 0
for im = -4916, 4916, 4 do
  for re = -8192, 4096, 4 do total = total + escape(re, im) end
end
print(total)
