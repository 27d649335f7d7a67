# Imports a made CSV file into a fresh sandbox: takes the cbk binary's path and, perhaps, a number of rows. Prints the rate,
# the peak memory, and the count of users afterwards, which must be exact.
import os
import subprocess
import sys
import tempfile
import time


def main():
    binary = sys.argv[1]
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "made.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("name,email,meta.plan,limits.messages\n")
            for i in range(rows):
                file.write(f'"Jörg {i}, Ltd.",user{i}@example.com,{("free", "pro", "team")[i % 3]},{1000 * (i % 3 + 1)}\n')
        environment = {**os.environ, "CBK_HOME": os.path.join(folder, "home")}
        command = [binary, "import", path, "--sandbox", "--no-progress", "--runs-dir", os.path.join(folder, "runs")]
        start = time.monotonic()
        pid = os.posix_spawn(binary, command, environment)
        _, status, usage = os.wait4(pid, 0)
        seconds = time.monotonic() - start
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            sys.exit(f"bench: the import ended with status {code}")
        # Linux counts in kilobytes, macOS in bytes.
        peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
        print(f"{rows} rows in {seconds:.1f} s: {rows / seconds:.0f} a second; peak memory {peak:.0f} MB")
        counted = subprocess.run(
            [binary, "--sandbox", "-e", "users.list().count()"], env=environment, capture_output=True, text=True, check=True)
        print(f"users afterwards: {counted.stdout.strip()}")
        if counted.stdout.strip() != str(rows):
            sys.exit("bench: the count is not that of the rows")


main()
