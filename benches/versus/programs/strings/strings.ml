(* Strings are arrays here; a buffer is the way to build one piece by piece. *)
let piece buffer n =
  Buffer.add_string buffer (string_of_int n);
  Buffer.add_char buffer ','

let count from until =
  let text = Buffer.create 16 in
  for n = from to until - 1 do
    piece text n
  done;
  Buffer.contents text

let halves from until =
  let text = Buffer.create 16 in
  let rec halves from until =
    if until - from = 1 then piece text from
    else
      let middle = (from + until) / 2 in
      halves from middle;
      halves middle until
  in
  halves from until;
  Buffer.contents text

let rec rounds from until matches =
  if from = until then matches
  else
    let same = String.equal (count from 1400000) (halves from 1400000) in
    rounds (from + 1) until (if same then matches + 1 else matches)

let rec reverse n reversed =
  if n = 0 then reversed else reverse (n / 10) ((reversed * 10) + (n mod 10))

let rec palindromes n found =
  if n = 0 then found
  else
    let same = String.equal (string_of_int n) (string_of_int (reverse n 0)) in
    palindromes (n - 1) (if same then found + 1 else found)

let () =
  Printf.printf "%d\n" (rounds 0 3 0);
  Printf.printf "%d\n" (palindromes 3000000 0)
