let rec safe column distance = function
  | [] -> true
  | other :: rest ->
      other <> column
      && other + distance <> column
      && other - distance <> column
      && safe column (distance + 1) rest

let rec place size row column placed =
  if column = size then 0
  else
    let others = place size row (column + 1) placed in
    if not (safe column 1 placed) then others
    else if row + 1 = size then others + 1
    else others + place size (row + 1) 0 (column :: placed)

let () = Printf.printf "%d\n" (place 13 0 0 [])
