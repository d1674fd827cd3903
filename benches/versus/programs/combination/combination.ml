let rec combination n k =
  if k = 0 || k = n then 1 else combination (n - 1) (k - 1) + combination (n - 1) k

let () = Printf.printf "%d\n" (combination 33 16)
