"""Runs a command in a shell and answers with a line of JSON: seconds, seconds of processors, and peak memory in MB.

The memory is of all processes of the command together, looked at 50 times a second, or of the largest of them if a look
missed it. Pages that processes share count for each of them, as `ps` has it.
"""
import json, os, resource, subprocess, sys, threading, time

PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


def resident(pid):
    """Resident memory of a process and its descendants, in MB."""
    try:
        with open(f"/proc/{pid}/statm") as statm:
            total = int(statm.read().split()[1]) * PAGE_MB
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as children:
                total += sum(resident(child) for child in children.read().split())
        return total
    except OSError:
        # It has ended.
        return 0


def watch(pid, peaks, over):
    while not over.wait(0.02):
        peaks.append(resident(pid))


started = time.time()
process = subprocess.Popen(["bash", "-e", "-o", "pipefail", "-c", sys.argv[1]], stdout=sys.stderr)
peaks, over = [0], threading.Event()
watcher = threading.Thread(target=watch, args=(process.pid, peaks, over))
watcher.start()
code = process.wait()
seconds = time.time() - started
over.set()
watcher.join()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
megabytes = max(max(peaks), used.ru_maxrss * 1024 / 1e6)
print(json.dumps({"seconds": seconds, "cpuSeconds": used.ru_utime + used.ru_stime, "megabytes": megabytes}))
sys.exit(code)
