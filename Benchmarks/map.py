# A dictionary as a map: a million keys in, a million look-ups.
def main():
    places = {}
    for i in range(1_000_000):
        places[f"key{i}"] = i
    total = 0
    for i in range(1_000_000):
        total += places[f"key{i}"]
    return total


print(main())
