#include <stdio.h>
#include <stdlib.h>

typedef struct tree {
    union {
        struct tree *left;
        int item; /* of a leaf */
    };
    struct tree *right;
} tree;

static tree *make(int depth, int item) {
    tree *new = malloc(sizeof *new);
    if (depth == 0) {
        *new = (tree){.item = item};
    } else {
        new->left = make(depth - 1, item);
        new->right = make(depth - 1, item);
    }
    return new;
}

static int sum(const tree *t, int depth) {
    return depth == 0 ? t->item % 3 : sum(t->left, depth - 1) + sum(t->right, depth - 1);
}

static void release(tree *t, int depth) {
    if (depth > 0) {
        release(t->left, depth - 1);
        release(t->right, depth - 1);
    }
    free(t);
}

int main(void) {
    tree *long_lived = make(20, 1);
    for (int depth = 4, times = 524288; depth <= 18; depth += 2, times /= 4) {
        int total = 0;
        for (int i = times; i > 0; i--) {
            tree *t = make(depth, i);
            total += sum(t, depth);
            release(t, depth);
        }
        printf("%d trees of depth %d: %d\n", times, depth, total);
    }
    printf("long lived: %d\n", sum(long_lived, 20));
    release(long_lived, 20);
}
