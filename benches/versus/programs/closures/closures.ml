let empty _ = 0
let insert map key value wanted = if wanted = key then value else map wanted
let rec fill n map = if n = 0 then map else fill (n - 1) (insert map n (n * n))

let rec sum_of map n sum =
  if n = 0 then sum else sum_of map (n - 1) ((sum + map n) mod 1000003)

let successor n f x = f (n f x)
let rec church n = if n = 0 then fun _ x -> x else successor (church (n - 1))
let multiply n m f = n (m f)
let to_int n = n (fun k -> k + 1) 0
let compose f g x = f (g x)
let curry f a b = f a b
let mix a b = ((a * 31) + b) mod 1000003

let rec rounds n x =
  if n = 0 then x
  else
    let f = compose (curry mix n) (compose (fun y -> y + n) (curry mix 7)) in
    rounds (n - 1) (f x)

let rec fib n return =
  if n < 2 then return n
  else fib (n - 1) (fun a -> fib (n - 2) (fun b -> return (a + b)))

let rec fibs n sum =
  if n = 0 then sum else fibs (n - 1) (fib (n mod 20) (fun x -> (sum + x) mod 1000003))

let () =
  Printf.printf "%d\n" (sum_of (fill 10000 empty) 10000 0);
  Printf.printf "%d\n" (to_int (multiply (church 3000) (multiply (church 50) (church 200))));
  Printf.printf "%d\n" (rounds 8000000 1);
  Printf.printf "%d\n" (fibs 20000 0)
