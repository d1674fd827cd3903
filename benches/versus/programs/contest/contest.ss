(import (except (chezscheme) filter append sort random gcd round))
(define (fold f state list)
  (if (null? list) state (fold f (f state (car list)) (cdr list))))
(define (filter keep list)
  (if (null? list)
      '()
      (let ([rest (filter keep (cdr list))])
        (if (keep (car list)) (cons (car list) rest) rest))))
(define (append a b) (if (null? a) b (cons (car a) (append (cdr a) b))))
(define (sort list)
  (if (null? list)
      '()
      (let* ([pivot (car list)]
             [smaller (filter (lambda (x) (fx< x pivot)) (cdr list))]
             [others (filter (lambda (x) (fx>= x pivot)) (cdr list))])
        (append (sort smaller) (cons pivot (sort others))))))
(define (random seed) (fxremainder (fx+ (fx* seed 1309) 13849) 65537))
(define (numbers n seed)
  (if (fx= n 0) '() (cons seed (numbers (fx- n 1) (random seed)))))

(define-record-type tree (fields left right key))
(define (insert tree key)
  (if tree
      (let ([left (tree-left tree)] [right (tree-right tree)] [here (tree-key tree)])
        (cond
          [(fx< key here) (make-tree (insert left key) right here)]
          [(fx< here key) (make-tree left (insert right key) here)]
          [else tree]))
      (make-tree #f #f key)))
(define (size tree)
  (if tree (fx+ 1 (size (tree-left tree)) (size (tree-right tree))) 0))

(define (show list count)
  (if (or (fx= count 0) (null? list))
      ""
      (string-append (number->string (car list)) " " (show (cdr list) (fx- count 1)))))
(define (gcd a b) (if (fx= b 0) a (gcd b (fxremainder a b))))
(define (is-even n) (if (fx= n 0) #t (is-odd (fx- n 1))))
(define (is-odd n) (if (fx= n 0) #f (is-even (fx- n 1))))

(define (round seed)
  (let* ([list (numbers 20000 seed)]
         [sorted (sort list)]
         [tree (fold insert #f list)]
         [sum (fold (lambda (sum x) (fxremainder (fx+ sum (fx* x (gcd x 360))) 1000003))
                    0 sorted)]
         [parity (if (is-even (fxremainder sum 1000)) "even" "odd")])
    (printf "~a| ~a keys, sum ~a\n" (show sorted 5) (size tree) sum)
    (printf "(~a, (~a, ~a))\n" parity seed sum)))
(do ([n 60 (fx- n 1)])
    ((fx= n 0))
  (round (fx* n 31)))
(printf "done\n")
