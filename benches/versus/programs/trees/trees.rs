enum Tree {
    Leaf(i32),
    Node(Box<Tree>, Box<Tree>),
}

fn make(depth: i32, item: i32) -> Box<Tree> {
    Box::new(if depth == 0 {
        Tree::Leaf(item)
    } else {
        Tree::Node(make(depth - 1, item), make(depth - 1, item))
    })
}

fn sum(tree: &Tree) -> i32 {
    match tree {
        Tree::Leaf(item) => item % 3,
        Tree::Node(left, right) => sum(left) + sum(right),
    }
}

fn main() {
    let long_lived = make(20, 1);
    let mut times = 524288;
    for depth in (4..=18).step_by(2) {
        let total: i32 = (1..=times).rev().map(|i| sum(&make(depth, i))).sum();
        println!("{times} trees of depth {depth}: {total}");
        times /= 4;
    }
    println!("long lived: {}", sum(&long_lived));
}
