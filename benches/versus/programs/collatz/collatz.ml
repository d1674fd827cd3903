let rec collatz n steps =
  if n = 1 then steps
  else if n mod 2 = 0 then collatz (n / 2) (steps + 1)
  else collatz ((3 * n) + 1) (steps + 1)

let () =
  let steps = ref 0 in
  for _ = 1 to 50 do
    for n = 1 to 109_999 do
      steps := collatz n !steps
    done
  done;
  Printf.printf "%d\n" !steps
