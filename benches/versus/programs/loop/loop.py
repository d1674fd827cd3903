def loop():
    total = 0
    for i in range(2_000_000_000):
        total = (total + i) & 0xFFFFFFFF
    return total - (1 << 32) if total & 1 << 31 else total


print(loop())
