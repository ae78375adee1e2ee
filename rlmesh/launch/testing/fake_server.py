# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""A server that behaves, or misbehaves, as --mode says. For tests."""

import os
import signal
import socket
import subprocess
import sys
import time


def flag(name):
    for argument in sys.argv[1:]:
        if argument.startswith("--%s=" % name):
            return argument.split("=", 1)[1]
    return ""


def can(action):
    try:
        action()
        return True
    except OSError:
        return False


def write_file(path):
    with open(path, "w") as file:
        file.write("x")
    os.remove(path)


def connect(host, port):
    socket.create_connection((host, int(port)), timeout=2).close()


def say(name, value):
    print("%s=%s" % (name, value), flush=True)


def look_around():
    say("write_root", can(lambda: write_file("/rlmesh-probe")))
    say("write_own", can(lambda: open(os.path.abspath(__file__), "a").close()))
    say("write_tmp", can(lambda: write_file("/tmp/probe")))
    say("write_home", can(lambda: write_file(os.environ["HOME"] + "/probe")))
    say("sees_secret", os.path.exists(flag("secret")))
    say("host_port", can(lambda: connect("127.0.0.1", flag("port") or 1)))
    say("token", os.environ.get("SECRET_TOKEN", "none"))
    say("processes", len([p for p in os.listdir("/proc") if p.isdigit()]))
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("CapEff:"):
                say("capabilities", int(line.split()[1], 16))


def main():
    mode = flag("mode")
    if mode == "die":
        print("some noise", file=sys.stderr)
        print("python3: there is no such thing", file=sys.stderr)
        print("    more about it", file=sys.stderr)
        return 1
    if mode == "crash":
        print("about to crash", flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if mode == "hang":
        print("thinking", flush=True)
        time.sleep(1000)
    ready = int(flag("ready_fd"))
    if mode == "stranger":
        os.write(ready, b"HELLO\n")
        time.sleep(1000)
    look_around()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(flag("address")[len("unix://"):])
    listener.listen(1)

    def leave(*_):
        print("told to end", flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM,
                  signal.SIG_IGN if mode == "stubborn" else leave)
    # A child that gets away: another session, no parent-death signal.
    straggler = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    say("straggler", straggler.pid)
    os.write(ready, b"READY " + flag("address").encode() + b"\n")
    os.close(ready)
    while True:
        time.sleep(1000)


sys.exit(main())
