# How long `cbk -e 1` takes, beside `python3 -c ''` and `lua5.4 -e ''`, interleaved: takes the cbk binary's path and, perhaps,
# --runs N. Prints medians of wall-clock and CPU time, and the ratio to Python's.
import argparse
import os
import statistics
import subprocess
import tempfile
import time

from run import measure


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    # What a version manager puts before the interpreter is not the interpreter's.
    python = subprocess.run(
        ["python3", "-c", "import sys; print(sys.executable)"], capture_output=True, text=True, check=True).stdout.strip()
    commands = {"cbk -e 1": [options.binary, "-e", "1"], "python3 -c ''": [python, "-c", ""], "lua5.4 -e ''": ["lua5.4", "-e", ""]}
    wall = {name: [] for name in commands}
    cpu = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CBK_HOME": home}
        for _ in range(options.runs):
            for name, command in commands.items():
                start = time.perf_counter()
                _, seconds = measure(command, environment)
                wall[name].append(time.perf_counter() - start)
                cpu[name].append(seconds)
    for name in commands:
        print(
            f"{name:<15} {statistics.median(wall[name]) * 1000:>6.1f} ms wall"
            f" {statistics.median(cpu[name]) * 1000:>6.1f} ms CPU  (medians of {options.runs})")
    ratio = statistics.median(wall["cbk -e 1"]) / statistics.median(wall["python3 -c ''"])
    print(f"share of Python's wall-clock time: {ratio:.2f}")


main()
