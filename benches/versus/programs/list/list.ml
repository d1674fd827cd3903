let rec numbers count seed =
  if count = 0 then []
  else seed :: numbers (count - 1) (((seed * 1309) + 13849) mod 1000003)

let rec map f = function [] -> [] | x :: rest -> let y = f x in y :: map f rest

let rec filter keep = function
  | [] -> []
  | x :: rest -> if keep x then x :: filter keep rest else filter keep rest

let rec fold f state = function [] -> state | x :: rest -> fold f (f state x) rest
let rec append a b = match a with [] -> b | x :: rest -> x :: append rest b

let rec quicksort = function
  | [] -> []
  | pivot :: rest ->
      let smaller = quicksort (filter (fun x -> x < pivot) rest) in
      let others = quicksort (filter (fun x -> x >= pivot) rest) in
      append smaller (pivot :: others)

let rec split list left right =
  match list with [] -> (left, right) | x :: rest -> split rest right (x :: left)

let rec merge (a : int list) b =
  match (a, b) with
  | [], _ -> b
  | _, [] -> a
  | x :: a_rest, y :: b_rest -> if x < y then x :: merge a_rest b else y :: merge a b_rest

let rec merge_sort list =
  match list with
  | [] | [ _ ] -> list
  | _ ->
      let left, right = split list [] [] in
      merge (merge_sort left) (merge_sort right)

let checksum list = fold (fun sum x -> ((sum * 31) + x) mod 1000003) 7 list

let () =
  let list = numbers 1000000 42 in
  Printf.printf "%d\n" (checksum (map (fun x -> x * 2 mod 1000) list));
  Printf.printf "%d\n" (checksum (filter (fun x -> x mod 3 = 0) (append list list)));
  Printf.printf "%d\n" (checksum (quicksort list));
  Printf.printf "%d\n" (checksum (merge_sort list))
