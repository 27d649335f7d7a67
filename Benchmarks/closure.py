# Closures: 20 million calls of a function that keeps its own counter.
def counter(factor):
    total = 0

    def count(step):
        nonlocal total
        total += step * factor
        return total

    return count


def main():
    count = counter(2)
    last = 0
    for i in range(20_000_000):
        last = count(i)
    return last


print(main())
