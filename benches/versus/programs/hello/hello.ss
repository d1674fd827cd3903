(import (chezscheme))
(printf "hello world\n")
