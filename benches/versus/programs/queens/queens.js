function safe(column, placed) {
  for (let distance = 1; placed !== null; distance++, placed = placed.tail) {
    const other = placed.head;
    if (other === column || other + distance === column || other - distance === column) {
      return false;
    }
  }
  return true;
}
function place(size, row, column, placed) {
  if (column === size) return 0;
  const others = place(size, row, column + 1, placed);
  if (!safe(column, placed)) return others;
  if (row + 1 === size) return others + 1;
  return others + place(size, row + 1, 0, { head: column, tail: placed });
}
console.log(place(13, 0, 0, null));
