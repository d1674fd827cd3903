let times a b = a * b / 4096

let rec escape re im c_re c_im n =
  let re2 = times re re and im2 = times im im in
  if n = 200 || re2 + im2 > 16384 then n
  else escape (re2 - im2 + c_re) ((2 * times re im) + c_im) c_re c_im (n + 1)

let rec row re im total =
  if re > 4096 then total else row (re + 4) im (total + escape 0 0 re im 0)

let rec rows im total = if im > 4916 then total else rows (im + 4) (row (-8192) im total)
let () = Printf.printf "%d\n" (rows (-4916) 0)
