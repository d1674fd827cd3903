let rec fold f state = function [] -> state | x :: rest -> fold f (f state x) rest

let rec filter keep = function
  | [] -> []
  | x :: rest ->
      let kept = filter keep rest in
      if keep x then x :: kept else kept

let rec append a b = match a with [] -> b | x :: rest -> x :: append rest b

let rec sort = function
  | [] -> []
  | pivot :: rest ->
      let smaller = filter (fun x -> x < pivot) rest in
      let others = filter (fun x -> x >= pivot) rest in
      append (sort smaller) (pivot :: sort others)

let random seed = ((seed * 1309) + 13849) mod 65537
let rec numbers n seed = if n = 0 then [] else seed :: numbers (n - 1) (random seed)

type tree = Leaf | Node of tree * tree * int

let rec insert tree key =
  match tree with
  | Leaf -> Node (Leaf, Leaf, key)
  | Node (left, right, here) ->
      if key < here then Node (insert left key, right, here)
      else if here < key then Node (left, insert right key, here)
      else tree

let rec size = function Leaf -> 0 | Node (left, right, _) -> 1 + size left + size right

let rec show list count =
  match list with
  | x :: rest when count > 0 -> string_of_int x ^ " " ^ show rest (count - 1)
  | _ -> ""

let rec gcd a b = if b = 0 then a else gcd b (a mod b)
let rec is_even n = if n = 0 then true else is_odd (n - 1)
and is_odd n = if n = 0 then false else is_even (n - 1)

let round seed =
  let list = numbers 20000 seed in
  let sorted = sort list in
  let tree = fold insert Leaf list in
  let sum = fold (fun sum x -> (sum + (x * gcd x 360)) mod 1000003) 0 sorted in
  let parity = if is_even (sum mod 1000) then "even" else "odd" in
  Printf.printf "%s| %d keys, sum %d\n" (show sorted 5) (size tree) sum;
  Printf.printf "(%s, (%d, %d))\n" parity seed sum

let () =
  for n = 60 downto 1 do
    round (n * 31)
  done;
  print_endline "done"
