local function combination(n, k)
  if k == 0 or k == n then return 1 end
  return combination(n - 1, k - 1) + combination(n - 1, k)
end
print(combination(33, 16))
