# CPU seconds that clients take for 10,000 creates, 64 at once, against one 'cbk serve' in a process of its own: PartnerClient,
# Node's fetch and Python's aiohttp, in turns. Takes the binaries of cbk and BenchClient; --runs N, --count N, and --memory N for a
# long run of PartnerClient alone, which must not grow. Ends with 1 where a bar is missed.
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH = 64
BARS = {"node": 0.25, "aiohttp": 0.6}
GROWTH = 1.1


def measured(command, environment):
    """Runs a command to its end; gives its CPU and wall seconds, peak memory in MB, and what it printed."""
    with tempfile.TemporaryFile("w+") as out:
        start = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        out.seek(0)
        text = out.read()
    if process.returncode != 0 or "done" not in text:
        sys.exit(f"bench: {command[0]} ended with status {process.returncode}: {text}")
    peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return usage.ru_utime + usage.ru_stime, seconds, peak, text


def python_with_aiohttp():
    """A Python that has aiohttp: this one, or one of a virtual environment that is made for it."""
    if subprocess.run([sys.executable, "-c", "import aiohttp"], capture_output=True).returncode == 0:
        return sys.executable
    folder = os.path.join(HERE, "..", ".build", "bench-python")
    python = os.path.join(folder, "bin", "python3")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "aiohttp"], check=True)
    return python


def grown(text):
    """How much more memory it held at the end than after a fifth, which fills the pools."""
    marks = sorted((int(line.split()[1]), int(line.split()[2])) for line in text.splitlines() if line.startswith("memory"))
    for count, kilobytes in marks:
        print(f"  after {count:>8}: {kilobytes / 1024:.1f} MB")
    return marks[-1][1] / marks[1][1]


def bench(cbk, client, arguments, folder):
    environment = {
        **os.environ, "CHATBOTKIT_API_SECRET": "bench-" + os.urandom(16).hex(), "CBK_HOME": os.path.join(folder, "home")}
    server = subprocess.Popen(
        [cbk, "serve", "--data", ":memory:", "--port", "0", "--quiet"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        base = server.stdout.readline().split()[-1] + "/v1"
        if arguments.memory:
            cpu, seconds, peak, text = measured([client, base, str(arguments.memory), str(WIDTH)], environment)
            growth = grown(text)
            print(f"{arguments.memory} creates: {arguments.memory / seconds:.0f} a second, peak {peak:.0f} MB, growth {growth:.2f}")
            return growth <= GROWTH
        clients = {
            "PartnerClient": [client],
            "node": ["node", os.path.join(HERE, "http", "fetch.mjs")],
            "aiohttp": [python_with_aiohttp(), os.path.join(HERE, "http", "aiohttp_client.py")],
        }
        costs = {name: [] for name in clients}
        print(f"{'client':15} {'CPU s/10k':>10} {'a second':>10} {'peak MB':>8}")
        for _ in range(arguments.runs):
            for name, command in clients.items():
                cpu, seconds, peak, _ = measured(command + [base, str(arguments.count), str(WIDTH)], environment)
                cost = cpu * 10_000 / arguments.count
                costs[name].append(cost)
                print(f"{name:15} {cost:10.2f} {arguments.count / seconds:10.0f} {peak:8.0f}", flush=True)
    finally:
        server.terminate()
        server.wait()
    isWithin = True
    for name, bar in BARS.items():
        share = statistics.median(costs["PartnerClient"]) / statistics.median(costs[name])
        isWithin &= share <= bar
        print(f"PartnerClient takes {share:.2f} of what {name} takes (at most {bar}){'' if share <= bar else ': MISSED'}")
    return isWithin


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cbk")
    parser.add_argument("client")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--memory", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if bench(arguments.cbk, arguments.client, arguments, folder) else 1)


main()
