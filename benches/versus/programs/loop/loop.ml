let int32 n = ((n land 0xffffffff) lxor 0x80000000) - 0x80000000

let () =
  let sum = ref 0 in
  for i = 0 to 1_999_999_999 do
    sum := !sum + i
  done;
  Printf.printf "%d\n" (int32 !sum)
