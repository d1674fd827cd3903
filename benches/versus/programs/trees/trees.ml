type tree = Leaf of int | Node of tree * tree

let rec make depth item =
  if depth = 0 then Leaf item
  else
    let left = make (depth - 1) item in
    Node (left, make (depth - 1) item)

let rec sum = function Leaf item -> item mod 3 | Node (left, right) -> sum left + sum right

let rec repeat times depth total =
  if times = 0 then total else repeat (times - 1) depth (total + sum (make depth times))

let rec sizes depth times =
  if depth <= 18 then (
    Printf.printf "%d trees of depth %d: %d\n" times depth (repeat times depth 0);
    sizes (depth + 2) (times / 4))

let () =
  let long_lived = make 20 1 in
  sizes 4 524288;
  Printf.printf "long lived: %d\n" (sum long_lived)
