# What scripts do all day: a million records made, mapped to others, and filtered.
def tier(plan):
    if plan == 0:
        return "free"
    if plan == 1:
        return "pro"
    return "team"


def main():
    rows = []
    for i in range(1_000_000):
        rows.append({"name": f"N{i}", "email": f"User{i}@Example.COM", "plan": i % 3})
    users = [{"name": r["name"], "email": r["email"].lower(), "tier": tier(r["plan"])} for r in rows]
    size = 0
    for user in users:
        if user["tier"] == "pro":
            size += len(user["email"])
    return size


print(main())
