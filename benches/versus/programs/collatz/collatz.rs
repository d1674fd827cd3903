fn collatz(mut n: i32, mut steps: i32) -> i32 {
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

fn main() {
    let mut steps = 0;
    for _ in 0..50 {
        for n in 1..110_000 {
            steps = collatz(n, steps);
        }
    }
    println!("{steps}");
}
