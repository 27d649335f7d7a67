# Text: a million formatted strings, joined into one.
def main():
    parts = []
    for i in range(1_000_000):
        parts.append(f"item {i} has value {i * 2};")
    return len(",".join(parts))


print(main())
