# How many requests a second `cbk serve` answers, beside a bare Hummingbird hello, by wrk, interleaved: takes the paths of cbk
# and of HelloServer and, perhaps, --runs N and --seconds N. Prints medians, the worst 99th percentile, and shares of hello's rate.
import argparse
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

CONNECTIONS = [1, 16, 64]


class Wrk:
    def __init__(self, seconds, address, secret):
        self.seconds, self.address, self.secret = seconds, address, secret

    def __call__(self, connections, address, script=None):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{self.seconds}s", "--latency"]
        if script:
            command += ["-s", os.path.join(os.path.dirname(os.path.abspath(__file__)), script)]
        else:
            command += ["-H", f"Authorization: Bearer {self.secret}"]
        text = subprocess.run(command + [address, "--", self.secret], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in text or "Socket errors" in text:
            sys.exit(f"bench: {address} failed:\n{text}")
        value, unit = re.search(r"99%\s+([0-9.]+)(us|ms|s)\b", text).groups()
        rate = float(re.search(r"Requests/sec:\s+([0-9.]+)", text).group(1))
        return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("hello")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    secret, port = secrets.token_hex(16), 18_089
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CHATBOTKIT_API_SECRET": secret, "CBK_HOME": folder}
        store = os.path.join(folder, "bench.db")
        server = subprocess.Popen(
            [options.binary, "serve", "--port", "0", "--data", store, "--quiet"], env=environment, stdout=subprocess.PIPE, text=True)
        hello = subprocess.Popen([options.hello, str(port)], stdout=subprocess.DEVNULL)
        try:
            base = server.stdout.readline().split()[-1] + "/v1/partner/user"
            time.sleep(1)
            wrk = Wrk(options.seconds, base, secret)
            wrk(16, base + "/create", "create.lua")
            request = urllib.request.Request(base + "/list?take=1", headers={"Authorization": f"Bearer {secret}"})
            with urllib.request.urlopen(request) as answer:
                user = re.search(rb'"id":"([^"]+)"', answer.read()).group(1).decode()
            jobs = {
                "hello": (f"http://127.0.0.1:{port}/hello", None),
                "create": (base + "/create", "create.lua"),
                "fetch": (f"{base}/{user}/fetch", None),
                "list, take=1": (base + "/list?take=1", None),
                "list, a page": (base + "/list", None),
            }
            results = {(name, width): [] for name in jobs for width in CONNECTIONS}
            for _ in range(options.runs):
                for width in CONNECTIONS:
                    for name, (address, script) in jobs.items():
                        results[name, width].append(wrk(width, address, script))
        finally:
            hello.kill()
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    print(f"requests a second, medians of {options.runs}; in brackets the 99th percentile, the worst; share of hello's rate")
    for name in jobs:
        line = f"{name:<13}"
        for width in CONNECTIONS:
            rate = statistics.median(rate for rate, _ in results[name, width])
            bare = statistics.median(rate for rate, _ in results["hello", width])
            line += f"  {width:>2}: {rate:>6.0f} [{max(late for _, late in results[name, width]):>5.1f} ms] {rate / bare:.2f}"
        print(line)


main()
