#include <stdio.h>
#include <stdlib.h>

/* Nothing is freed, which is the fastest there is, and costs memory. */
typedef struct list {
    int head;
    const struct list *tail;
} list;

static const list *cons(int head, const list *tail) {
    list *new = malloc(sizeof *new);
    *new = (list){head, tail};
    return new;
}

static const list *numbers(int count, int seed) {
    if (!count) return NULL;
    return cons(seed, numbers(count - 1, (seed * 1309 + 13849) % 1000003));
}

static const list *map(int (*f)(int), const list *l) {
    return l ? cons(f(l->head), map(f, l->tail)) : NULL;
}

static const list *filter(int (*keep)(int, int), int pivot, const list *l) {
    if (!l) return NULL;
    if (!keep(pivot, l->head)) return filter(keep, pivot, l->tail);
    return cons(l->head, filter(keep, pivot, l->tail));
}

static int fold(int (*f)(int, int), int state, const list *l) {
    for (; l; l = l->tail) state = f(state, l->head);
    return state;
}

static const list *append(const list *a, const list *b) {
    return a ? cons(a->head, append(a->tail, b)) : b;
}

static int is_less(int pivot, int x) { return x < pivot; }
static int is_not_less(int pivot, int x) { return x >= pivot; }

static const list *quicksort(const list *l) {
    if (!l) return NULL;
    const list *smaller = quicksort(filter(is_less, l->head, l->tail));
    const list *others = quicksort(filter(is_not_less, l->head, l->tail));
    return append(smaller, cons(l->head, others));
}

static const list *merge(const list *a, const list *b) {
    if (!a) return b;
    if (!b) return a;
    if (a->head < b->head) return cons(a->head, merge(a->tail, b));
    return cons(b->head, merge(a, b->tail));
}

static const list *merge_sort(const list *l) {
    if (!l || !l->tail) return l;
    const list *left = NULL, *right = NULL;
    for (; l; l = l->tail) {
        const list *grown = cons(l->head, left);
        left = right;
        right = grown;
    }
    return merge(merge_sort(left), merge_sort(right));
}

static int twice(int x) { return x * 2 % 1000; }
static int is_triple(int unused, int x) { return x % 3 == 0; }
static int mix(int sum, int x) { return (sum * 31 + x) % 1000003; }

int main(void) {
    const list *l = numbers(1000000, 42);
    printf("%d\n", fold(mix, 7, map(twice, l)));
    printf("%d\n", fold(mix, 7, filter(is_triple, 0, append(l, l))));
    printf("%d\n", fold(mix, 7, quicksort(l)));
    printf("%d\n", fold(mix, 7, merge_sort(l)));
}
