let int32 n = ((n land 0xffffffff) lxor 0x80000000) - 0x80000000
let rec sum n = if n = 0 then 0 else n + sum (n - 1)

let rec repeat times total =
  if times = 0 then total else repeat (times - 1) (total + sum (1000000 - times))

let () = Printf.printf "%d\n" (int32 (repeat 200 0))
