fn combination(n: i32, k: i32) -> i32 {
    if k == 0 || k == n { 1 } else { combination(n - 1, k - 1) + combination(n - 1, k) }
}

fn main() {
    println!("{}", combination(33, 16));
}
