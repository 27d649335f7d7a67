# Memory and the collector: takes the cbk binary's path. Runs the programs of memory/: a stream of ten million rows (its peak
# memory), a million records beside Lua (CPU time, interleaved), and two million live records (the collector's pauses).
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "memory")
ROUNDS = 5


def run(command, environment):
    """The output, standard error, CPU seconds and peak memory in MB of one run."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        pid = os.posix_spawnp(
            command[0], command, environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)])
        _, status, usage = os.wait4(pid, 0)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode().strip())
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} ended with status {os.waitstatus_to_exitcode(status)}: {texts[1]}")
    # Linux counts in kilobytes, macOS in bytes.
    peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return texts[0], texts[1], usage.ru_utime + usage.ru_stime, peak


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CBK_HOME": home}
        answer, _, seconds, peak = run([binary, os.path.join(HERE, "stream.cbk")], environment)
        print(f"stream of 10,000,000 rows: {seconds:.1f} s, peak memory {peak:.0f} MB, answer {answer}")

        times = {"cbk": [], "lua": []}
        answers = set()
        for _ in range(ROUNDS):
            for name, command in (("cbk", [binary]), ("lua", ["lua5.4"])):
                answer, _, seconds, peak = run([*command, os.path.join(HERE, f"records.{name}")], environment)
                answers.add(answer)
                times[name].append(seconds)
        if len(answers) != 1:
            sys.exit(f"bench: the answers differ: {answers}")
        cbk, lua = statistics.median(times["cbk"]), statistics.median(times["lua"])
        print(f"a million records: cbk {cbk:.2f} s, lua {lua:.2f} s, share of Lua's {cbk / lua:.2f}; medians of {ROUNDS} runs")

        for _ in range(3):
            _, stats, seconds, peak = run(
                [binary, "--collector-stats", os.path.join(HERE, "pauses.cbk")], environment)
            print(f"two million live records: {seconds:.1f} s, peak memory {peak:.0f} MB; {stats}")


main()
