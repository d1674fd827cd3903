let square side = side * side
let circle radius = radius * radius * 355 / 113
let triangle side = side * side * 433 / 1000

let rec areas shapes n sum =
  match shapes with
  | shape :: rest when n > 0 -> areas rest (n - 1) ((sum + shape (n mod 1000)) mod 1000003)
  | _ -> sum

let rec cycle n shapes =
  if n = 0 then shapes else cycle (n - 1) (square :: circle :: triangle :: shapes)

let rec cycles times shapes sum =
  if times = 0 then sum else cycles (times - 1) shapes (areas shapes 3000 sum)

(* The comparison of any two values. *)
let same a b = if a = b then 1 else 0

let rec compare n sum =
  if n = 0 then sum
  else
    let ints = same (n mod 5) 3 in
    let bools = same (n mod 2 = 0) (n mod 3 = 0) in
    let texts = same (if n mod 7 < 4 then "few" else "many") "few" in
    compare (n - 1) (sum + ints + bools + texts)

let rec fold f n state = if n = 0 then state else fold f (n - 1) (f state n)
let remainder a b = (a + b) mod 1000003

let joined n start =
  let text = Buffer.create 16 in
  Buffer.add_string text start;
  fold (fun () n -> Buffer.add_string text (string_of_int n)) n ();
  Buffer.contents text

let () =
  Printf.printf "%d\n" (cycles 15000 (cycle 1000 []) 0);
  Printf.printf "%d\n" (compare 20000000 0);
  Printf.printf "%d\n" (fold remainder 30000000 0);
  Printf.printf "%b\n" (joined 300000 "" = joined 299999 "300000");
  let a, b = fold (fun (a, b) n -> (b, a + (n mod 3))) 20000000 (0, 0) in
  Printf.printf "(%d, %d)\n" a b
