fn main() {
    let mut sum = 0i32;
    for i in 0..2_000_000_000 {
        sum = sum.wrapping_add(i);
        // Every sum counts: no closed form instead of the loop, no four at once.
        // SAFETY: there is no instruction.
        unsafe { std::arch::asm!("/* {0:e} */", inout(reg) sum, options(nomem, nostack)) };
    }
    println!("{sum}");
}
