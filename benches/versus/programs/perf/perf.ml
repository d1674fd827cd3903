let int32 n = ((n land 0xffffffff) lxor 0x80000000) - 0x80000000

let rec iterate from until f sum =
  if from < until then iterate (from + 1) until f (sum + f from) else sum

let work x =
  iterate 0 25000
    (fun y ->
      let first, second = (x * y, x) in
      first - second)
    0

let () = Printf.printf "%d\n" (int32 (iterate 0 25000 work 0))
