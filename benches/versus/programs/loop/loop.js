function loop() {
  let sum = 0;
  for (let i = 0; i < 2000000000; i++) sum = (sum + i) | 0;
  return sum;
}
console.log(loop());
