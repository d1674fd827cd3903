// node --stack-size=500000
function sum(n) {
  return n === 0 ? 0 : (n + sum(n - 1)) | 0;
}
let total = 0;
for (let times = 200; times > 0; times--) total = (total + sum(1000000 - times)) | 0;
console.log(total);
