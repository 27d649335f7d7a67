# Runs the benchmarks of this folder in three languages, interleaved: one round runs every program once. Takes the path of
# the cbk binary and, perhaps, --runs N and names. Prints medians of the processes' CPU time (their start included), the
# ratios, and the ratios' geometric mean. Exits with 1 where the answers of one benchmark differ.
import argparse
import math
import os
import statistics
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def measure(command, environment):
    """One run: its output and the seconds of CPU that it took."""
    with tempfile.TemporaryFile() as output:
        pid = os.posix_spawnp(
            command[0], command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1)])
        _, status, usage = os.wait4(pid, 0)
        output.seek(0)
        text = output.read().decode().strip()
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} ended with status {os.waitstatus_to_exitcode(status)}")
    return text, usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    known = sorted(f[:-4] for f in os.listdir(HERE) if f.endswith(".cbk"))
    names = options.names or known
    for name in names:
        if name not in known:
            sys.exit(f"bench: no benchmark '{name}'; there are {', '.join(known)}")
    languages = {"cbk": (options.binary, "cbk"), "lua": ("lua5.4", "lua"), "python": ("python3", "py")}

    times = {name: {language: [] for language in languages} for name in names}
    answers = {name: {} for name in names}
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CBK_HOME": home}
        for number in range(options.runs):
            print(f"bench: round {number + 1} of {options.runs}", file=sys.stderr)
            for name in names:
                for language, (program, suffix) in languages.items():
                    answer, seconds = measure([program, os.path.join(HERE, f"{name}.{suffix}")], environment)
                    answers[name][language] = answer
                    times[name][language].append(seconds)

    wrong = [name for name in names if len(set(answers[name].values())) != 1]
    print(f"{'benchmark':<10}{'cbk ms':>9}{'lua ms':>9}{'python ms':>11}{'of lua':>9}{'of python':>11}  answer")
    ratios = {"lua": [], "python": []}
    for name in names:
        medians = {language: statistics.median(times[name][language]) for language in languages}
        for peer in ratios:
            ratios[peer].append(medians["cbk"] / medians[peer])
        print(
            f"{name:<10}{medians['cbk'] * 1000:>9.0f}{medians['lua'] * 1000:>9.0f}{medians['python'] * 1000:>11.0f}"
            f"{ratios['lua'][-1]:>9.2f}{ratios['python'][-1]:>11.2f}  {answers[name]['cbk']}")
    means = {peer: math.exp(statistics.fmean(math.log(ratio) for ratio in ratios[peer])) for peer in ratios}
    print(f"{'mean':<39}{means['lua']:>9.2f}{means['python']:>11.2f}  geometric; {options.runs} runs, medians of CPU time")
    for name in wrong:
        print(f"bench: the answers of {name} differ: {answers[name]}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
