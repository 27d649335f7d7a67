# Creates and reads users through `cbk serve` with faults on, kills the server with SIGKILL on the way, and then holds the store
# against what was acknowledged: nothing of that may be missing or changed, nothing may be there twice, and whatever else is
# there must be a create whose answer was lost. Takes the cbk binary's path and, perhaps, --creates N, --connections N, --kills N, --seed N.
import argparse
import asyncio
import json
import os
import random
import secrets
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

FAULTS = ["--error-rate", "0.005", "--drop-answers", "0.002", "--drop-requests", "0.002", "--error-200", "0.002"]


class Server:
    """One process of the server after another, over the same store."""

    def __init__(self, binary, folder, seed):
        self.binary, self.folder, self.seed = binary, folder, seed
        self.secret = "soak-" + secrets.token_hex(16)
        self.secret_file = os.path.join(folder, "secret")
        with open(os.open(self.secret_file, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(self.secret)
        self.data = os.path.join(folder, "soak.db")
        self.process, self.port, self.starts = None, None, 0

    def start(self, faults):
        self.starts += 1
        command = [self.binary, "serve", "--port", "0", "--data", self.data, "--secret-file", self.secret_file, "--quiet"]
        if faults:
            command += FAULTS + ["--seed", str(self.seed + self.starts)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=self.folder)
        line = self.process.stdout.readline().decode()
        if "http://" not in line:
            sys.exit(f"soak: the server said {line!r}")
        self.port = int(line.split("http://")[1].split()[0].rstrip("/").rsplit(":", 1)[1])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()

    def megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


class Connection:
    """One keep-alive connection; None from `ask` means that no whole answer came."""

    def __init__(self, server):
        self.server, self.reader, self.writer = server, None, None

    async def ask(self, method, path, body=None):
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.server.port)
            head = f"{method} /v1{path} HTTP/1.1\r\nHost: soak\r\nAuthorization: Bearer {self.server.secret}\r\n"
            if body is not None:
                body = json.dumps(body).encode()
                head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            self.writer.write(head.encode() + b"\r\n" + (body or b""))
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
            length = next((int(line[15:]) for line in lines if line.startswith("content-length:")), None)
            if length is None:
                raise ValueError("an answer without a length")
            answer = await self.reader.readexactly(length)
            if "connection: close" in lines:
                self.close()
            return int(lines[0].split()[1]), json.loads(answer)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return None

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Soak:
    def __init__(self, server, creates, seed):
        self.server, self.creates = server, creates
        self.random = random.Random(seed)
        self.next = 0
        self.acknowledged = {}  # number of the create → id
        self.order = []
        self.doubt = set()
        self.requests = self.faults = 0
        self.wrong = []

    @staticmethod
    def user(number):
        return {"name": f"Zoë {number}", "email": f"soak{number}@example.com", "meta": {"number": number, "plan": "pro"}}

    async def worker(self, until):
        connection = Connection(self.server)
        while self.next < until:
            number, self.next = self.next, self.next + 1
            answer = await connection.ask("POST", "/partner/user/create", self.user(number))
            self.requests += 2
            if answer is not None and answer[0] == 200 and "id" in answer[1]:
                self.acknowledged[number] = answer[1]["id"]
                self.order.append(number)
            else:
                self.faults += 1
                self.doubt.add(number)
                if answer is None:
                    await asyncio.sleep(0.01)
            if not self.order:
                continue
            number = self.random.choice(self.order)
            answer = await connection.ask("GET", f"/partner/user/{self.acknowledged[number]}/fetch")
            if answer is None or answer[0] >= 500 or "code" in answer[1]:
                self.faults += 1
            elif answer[0] != 200 or any(answer[1].get(key) != value for key, value in self.user(number).items()):
                self.wrong.append((number, answer))
        connection.close()

    async def until(self, number, connections):
        await asyncio.gather(*(self.worker(number) for _ in range(connections)))

    async def killed(self, number, connections):
        """Works on to a number and beyond, and kills the server under way."""
        work = asyncio.create_task(self.until(number + 20 * connections, connections))
        while self.next < number:
            await asyncio.sleep(0.001)
        self.server.kill()
        self.server.start(faults=True)
        await work

    def verify(self):
        """Problems found in the store's file, and how many creates without an answer had happened."""
        database = sqlite3.connect(self.server.data)
        problems = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        database.close()
        found, happened = set(), 0
        self.server.start(faults=False)
        for user in self.listed():
            number = user["meta"]["number"]
            if number in found:
                problems.append(f"create {number} is there twice")
            found.add(number)
            if any(user.get(key) != value for key, value in self.user(number).items()):
                problems.append(f"create {number} has other fields: {user}")
            if number in self.doubt:
                happened += 1
            elif self.acknowledged.get(number) != user["id"]:
                problems.append(f"create {number} has the id {user['id']}, acknowledged was {self.acknowledged.get(number)}")
        problems += [f"create {number} was acknowledged and is lost" for number in self.acknowledged if number not in found]
        self.server.stop()
        return problems, happened

    def listed(self):
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request(
            "GET", "/v1/partner/user/list",
            headers={"Authorization": f"Bearer {self.server.secret}", "Accept": "application/jsonl"})
        answer = connection.getresponse()
        for line in answer:
            event = json.loads(line)
            if event["type"] == "item":
                yield event["data"]
            elif event["type"] == "error":
                sys.exit(f"soak: the list ended with {event}")


async def run(soak, server, options):
    start = time.monotonic()
    server.start(faults=True)
    # The kills come in the first half; the second is one process, whose memory is watched.
    for kill in range(options.kills):
        await soak.killed(options.creates * (kill + 1) // (2 * options.kills + 2), options.connections)
    sizes = []
    for part in range(1, 9):
        await soak.until(max(soak.next, options.creates // 2 + options.creates * part // 16), options.connections)
        sizes.append(server.megabytes())
    server.stop()
    seconds = time.monotonic() - start
    print(f"{soak.next} creates, {soak.requests} requests in {seconds:.0f} s; {soak.faults} without a good answer; "
          f"{options.kills} kills")
    print("resident MB of the last process, at each sixteenth of the creates: " + " ".join(f"{size:.0f}" for size in sizes))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--creates", type=int, default=1_000_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(os.path.abspath(options.binary), folder, options.seed)
        soak = Soak(server, options.creates, options.seed)
        try:
            asyncio.run(run(soak, server, options))
            problems, happened = soak.verify()
        finally:
            if server.process.poll() is None:
                server.process.kill()
    print(f"acknowledged {len(soak.acknowledged)}, all there once and unchanged: {'no' if problems else 'yes'}; "
          f"of {len(soak.doubt)} without a good answer {happened} had happened")
    for problem in problems[:20] + [f"a read gave {wrong}" for wrong in soak.wrong[:20]]:
        print(f"soak: {problem}")
    sys.exit(1 if problems or soak.wrong else 0)


main()
