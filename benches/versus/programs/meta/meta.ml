type expression =
  | Number of value (* so that a literal is made once *)
  | Variable of int
  | Function of expression
  | Call of expression * expression
  | Add of expression * expression
  | Subtract of expression * expression
  | Multiply of expression * expression
  | Less of expression * expression
  | Choose of expression * expression * expression

and value = Int of int | Bool of bool | Closure of expression * environment
and environment = value list

let rec lookup environment distance =
  match environment with
  | value :: outer -> if distance = 0 then value else lookup outer (distance - 1)
  | [] -> failwith "unbound variable"

let int = function Int n -> n | _ -> failwith "not a number"

let rec evaluate expression environment =
  match expression with
  | Number value -> value
  | Variable distance -> lookup environment distance
  | Function body -> Closure (body, environment)
  | Choose (test, yes, no) -> (
      match evaluate test environment with
      | Bool true -> evaluate yes environment
      | Bool false -> evaluate no environment
      | _ -> failwith "not a Bool")
  | Call (f, argument) -> (
      let f = evaluate f environment in
      let argument = evaluate argument environment in
      match f with
      | Closure (body, outer) -> evaluate body (argument :: f :: outer)
      | _ -> failwith "not a function")
  | Add (a, b) ->
      let a = int (evaluate a environment) in
      Int (a + int (evaluate b environment))
  | Subtract (a, b) ->
      let a = int (evaluate a environment) in
      Int (a - int (evaluate b environment))
  | Multiply (a, b) ->
      let a = int (evaluate a environment) in
      Int (a * int (evaluate b environment))
  | Less (a, b) ->
      let a = int (evaluate a environment) in
      Bool (a < int (evaluate b environment))

let number n = Number (Int n)
let n = Variable 0
let self = Variable 1
let previous distance = Call (self, Subtract (n, number distance))
let factorial = Function (Choose (Less (n, number 1), number 1, Multiply (n, previous 1)))
let fib = Function (Choose (Less (n, number 2), n, Add (previous 1, previous 2)))

let rec repeat times sum =
  if times = 0 then sum
  else
    let value = int (evaluate (Call (factorial, number (times mod 13))) []) in
    repeat (times - 1) ((sum + value) mod 4000003)

let () =
  Printf.printf "%d\n" (repeat 400000 0);
  Printf.printf "%d\n" (int (evaluate (Call (fib, number 35)) []))
