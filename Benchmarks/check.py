# How long `cbk check` takes on made scripts of 1,000, 10,000 and 100,000 lines: takes the cbk binary's path. Prints medians of
# wall-clock time, and the time a line beyond that of an empty script, which shows whether the cost grows linearly.
import os
import statistics
import subprocess
import sys
import tempfile
import time

# Ten lines that use most of the language; each copy has its own names.
PART = """\
let limits_N = {{ messages: {n}, database: {{ records: 10_000 }}, tags: ["a", "b", "c"] }}
fn tier_N(plan, seats = 1) {{
  match plan {{
    "free" => "none"
    "pro" | "team" => "seats: ${{seats * {n}}}"
    _ => throw "unknown plan '${{plan}}'"
  }}
}}
var total_N = [1, 2, 3].where(x => x > 1).map(x => x * limits_N.messages).sum() ?? 0
for i in 0..3 {{ if i % 2 == 0 {{ total_N += i }} else {{ print(tier_N("pro", seats: i), total_N, limits_N.database.records) }} }}
""".replace("_N", "_{n}")


def seconds(binary, path, environment):
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([binary, "check", path], env=environment, check=True, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CBK_HOME": folder}
        path = os.path.join(folder, "made.cbk")
        empty = 0
        for lines in (0, 1_000, 10_000, 100_000):
            with open(path, "w", encoding="utf-8") as file:
                for n in range(lines // 10):
                    file.write(PART.format(n=n))
            median = seconds(binary, path, environment)
            if lines == 0:
                empty = median
            rest = f", {(median - empty) / lines * 1e6:.1f} µs a line" if lines else ""
            print(f"{lines:>7} lines: {median * 1000:>7.1f} ms{rest}")


main()
