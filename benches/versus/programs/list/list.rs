/// A list owns its nodes: functions that need an argument no more take it, and its nodes go as
/// they are passed.
type List = Option<Box<Node>>;

#[derive(Clone)]
struct Node {
    head: i32,
    tail: List,
}

fn cons(head: i32, tail: List) -> List {
    Some(Box::new(Node { head, tail }))
}

fn numbers(count: i32, seed: i32) -> List {
    if count == 0 {
        return None;
    }
    cons(seed, numbers(count - 1, (seed * 1309 + 13849) % 1000003))
}

fn map(f: impl Fn(i32) -> i32 + Copy, list: &List) -> List {
    let node = list.as_ref()?;
    cons(f(node.head), map(f, &node.tail))
}

fn filter(keep: impl Fn(i32) -> bool + Copy, list: &List) -> List {
    let node = list.as_ref()?;
    if keep(node.head) {
        cons(node.head, filter(keep, &node.tail))
    } else {
        filter(keep, &node.tail)
    }
}

fn fold(f: impl Fn(i32, i32) -> i32, mut state: i32, mut list: &List) -> i32 {
    while let Some(node) = list {
        state = f(state, node.head);
        list = &node.tail;
    }
    state
}

fn append(a: &List, b: List) -> List {
    match a {
        None => b,
        Some(node) => cons(node.head, append(&node.tail, b)),
    }
}

fn quicksort(list: List) -> List {
    let node = list?;
    let pivot = node.head;
    let smaller = quicksort(filter(|x| x < pivot, &node.tail));
    let others = quicksort(filter(|x| x >= pivot, &node.tail));
    append(&smaller, cons(pivot, others))
}

fn split(mut list: List) -> (List, List) {
    let (mut left, mut right) = (None, None);
    while let Some(node) = list {
        (left, right) = (right, cons(node.head, left));
        list = node.tail;
    }
    (left, right)
}

fn merge(a: List, b: List) -> List {
    match (a, b) {
        (None, rest) | (rest, None) => rest,
        (Some(x), Some(y)) if x.head < y.head => cons(x.head, merge(x.tail, Some(y))),
        (a, Some(y)) => cons(y.head, merge(a, y.tail)),
    }
}

fn merge_sort(list: List) -> List {
    if list.as_ref()?.tail.is_none() {
        return list;
    }
    let (left, right) = split(list);
    merge(merge_sort(left), merge_sort(right))
}

fn checksum(list: &List) -> i32 {
    fold(|sum, x| (sum * 31 + x) % 1000003, 7, list)
}

fn main() {
    let list = numbers(1_000_000, 42);
    println!("{}", checksum(&map(|x| x * 2 % 1000, &list)));
    println!("{}", checksum(&filter(|x| x % 3 == 0, &append(&list, list.clone()))));
    println!("{}", checksum(&quicksort(list.clone())));
    println!("{}", checksum(&merge_sort(list)));
}
