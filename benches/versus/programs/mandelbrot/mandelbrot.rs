fn times(a: i32, b: i32) -> i32 {
    a * b / 4096
}

fn escape(c_re: i32, c_im: i32) -> i32 {
    let (mut re, mut im) = (0, 0);
    for n in 0..200 {
        let (re2, im2) = (times(re, re), times(im, im));
        if re2 + im2 > 16384 {
            return n;
        }
        (re, im) = (re2 - im2 + c_re, 2 * times(re, im) + c_im);
    }
    200
}

fn main() {
    let mut total = 0;
    for im in (-4916..=4916).step_by(4) {
        for re in (-8192..=4096).step_by(4) {
            total += escape(re, im);
        }
    }
    println!("{total}");
}
