local tobit = require("bit").tobit
local sum = 0
for i = 0, 1999999999 do sum = tobit(sum + i) end
print(sum)
