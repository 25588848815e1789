#!/usr/bin/env python3
"""methods.py BINARY NAME=MODEL.onnx:SHAPE ... [--torch]: what methods of many passes cost beside their passes alone.

Processor time of all threads, so that other programs matter little, of two processes that differ in the number of passes: what both do
once (reading, preparing) is in neither difference. The least of several turns each; ratios of these. --torch: a loop of single forward
passes in PyTorch on one thread beside them, of the plain convolutions that the fashion networks have (NAME vgg only)."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

TURNS = 3


def spent(arguments):
    """Processor seconds of a process, and those on the clock."""
    began = time.monotonic()
    _, status, usage = os.wait4(subprocess.Popen(arguments, stdout=subprocess.DEVNULL).pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(arguments)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began


def each(few, many, more):
    """Seconds that one of `more` passes takes: `many` has as many more than `few`."""
    pairs = [(spent(few), spent(many)) for _ in range(TURNS)]
    return [max(min(m[i] for _, m in pairs) - min(f[i] for f, _ in pairs), 1e-9) / more for i in (0, 1)]


def write_input(path, shape):
    count, state, values = 1, 1, []
    for n in shape:
        count *= n
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2 ** 31
        values.append(state / 2 ** 31 - 0.5)
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{count}f", *values))


class Network:
    def __init__(self, binary, model, shape, folder):
        self.binary, self.model, self.shape, self.input = binary, model, shape, os.path.join(folder, "input.npy")
        self.quiet, self.report = os.path.join(folder, "out.json"), os.path.join(folder, "report.json")
        write_input(self.input, shape)

    def explain(self, *options):
        return [self.binary, "explain", self.model, self.input, "--skip-checks", "--target", "0", "-q", "--report", self.report, *options]

    def evaluate(self, *options):
        return ["sh", "-c", 'out=$1; shift; exec "$@" > "$out"', "sh", self.quiet, self.binary, "evaluate", self.model, self.input, "--skip-checks",
                "--target", "0", "--json", *options]

    def passes(self):
        return json.load(open(self.quiet))["passes"]


def measure(net, n):
    gradient = each(net.explain("--method", "gradient", "--repeat", "1"), net.explain("--method", "gradient", "--repeat", str(n + 1)), n)
    timing = json.load(open(net.report))["timing"] # of one process: the share of the pass forward
    ahead, back = (sorted(timing[k])[len(timing[k]) // 2] for k in ("forward_ms", "relevance_ms"))
    forward = tuple(g * ahead / (ahead + back) for g in gradient)
    rows = []
    for method in ("smooth-grad(%d)", "integrated-gradients(%d)"):
        rows.append((method.split("(")[0], each(net.explain("--method", method % n), net.explain("--method", method % (3 * n)), 2 * n), gradient, 1.05))
    flipping = "pixel-flipping(unit=pixel,baseline=0,random=0,steps=%d)"
    few, many = (net.evaluate("--setting", "gradient", "--metric", flipping % k) for k in (n, 3 * n))
    rows.append(("flipping", each(few, many, 4 * n), forward, 1.05))
    side, (a, b) = net.shape[-1], (2, 4) if n < 20 else (4, 8) if n < 100 else (7, 14) # divide the side; enough for all lanes, which prepare
    few, many = (net.explain("--method", f"occlusion({side // k},{side // k})") for k in (a, b))
    rows.append(("occlusion", each(few, many, b * b - a * a), forward, 1.02))
    rows.append(channels(net, forward, n))
    noise = "infidelity(n=%d)"
    rows.append(("infidelity", each(net.evaluate("--setting", "gradient", "--metric", noise % n), net.evaluate("--setting", "gradient", "--metric", noise % (3 * n)), 2 * n),
                 forward, 1.05))
    return forward, gradient, rows


def channels(net, forward, n):
    """A channel's heatmap in the middle of the network, against the share that the layers up to there have of a pass back."""
    rows = json.loads(subprocess.run([net.binary, "layers", net.model, "--json"], capture_output=True, text=True).stdout)["layers"]
    convolutions = [r for r in rows if r["type"] == "convolution"]
    at = convolutions[len(convolutions) // 2]
    share = sum(r["macs"] for r in rows if r["index"] <= at["index"]) / sum(r["macs"] for r in rows)
    both = each(net.explain("--repeat", "1"), net.explain("--repeat", str(n + 1)), n)
    back = tuple((w - f) * share for w, f in zip(both, forward))
    run = [net.binary, "concepts", net.model, net.input, "--skip-checks", "--target", "0", "--at", at["name"], "--relevance", net.report + ".npy", "--json"]
    quiet = lambda top: ["sh", "-c", 'out=$1; shift; exec "$@" > "$out"', "sh", net.quiet, *run, "--top", str(top)]
    found = len(json.loads(subprocess.run([*run, "--top", "1000"], capture_output=True, text=True).stdout)["samples"][0]["channels"])
    top = min(found, 33)
    return (f"CRP, {top - 1} channels, {share:.0%}", each(quiet(1), quiet(top), top - 1), back, 1)


def torch_forward(n):
    """A pass of the demo's network in a loop of single passes, with one thread: processor seconds."""
    import torch
    torch.set_num_threads(1)
    c = torch.nn.Conv2d
    r, p = torch.nn.ReLU, torch.nn.MaxPool2d
    net = torch.nn.Sequential(c(1, 16, 3, padding=1), r(), c(16, 16, 3, padding=1), r(), p(2), c(16, 32, 3, padding=1), r(), c(32, 32, 3, padding=1), r(), p(2),
                              c(32, 64, 3, padding=1), r(), c(64, 64, 3, padding=1), r(), p(2), torch.nn.Flatten(), torch.nn.Linear(576, 128), r(),
                              torch.nn.Linear(128, 10)).eval()
    x = torch.rand(1, 1, 28, 28)
    best = []
    with torch.no_grad():
        for _ in range(TURNS + 1):
            before = time.process_time()
            for _ in range(n):
                net(x)
            best.append((time.process_time() - before) / n)
    return min(best)


def main():
    arguments = [a for a in sys.argv[1:] if a != "--torch"]
    binary = os.path.abspath(arguments[0])
    for given in arguments[1:]:
        name, _, rest = given.partition("=")
        model, _, shape = rest.rpartition(":")
        with tempfile.TemporaryDirectory() as folder:
            net = Network(binary, model, [int(d) for d in shape.split(",")], folder)
            macs = json.loads(subprocess.run([binary, "layers", model, "--json"], capture_output=True, text=True).stdout)["totals"]["macs"]
            n = 200 if macs < 1e8 else 20 if macs < 1e9 else 5
            forward, gradient, rows = measure(net, n)
            print(f"{name}: forward {1e3 * forward[0]:.3f} ms of processor time, with the gradient {1e3 * gradient[0]:.3f}")
            for what, took, against, most in rows:
                print(f"  {what:22} a pass {1e3 * took[0]:9.3f} ms, ratio {took[0] / against[0]:.2f} (at most {most}); on the clock {1e3 * took[1]:.3f}, "
                      f"ratio {took[1] / against[1]:.2f}")
            if "--torch" in sys.argv and name == "vgg":
                loop = torch_forward(1000)
                flipping = next(took for what, took, _, _ in rows if what == "flipping")
                print(f"  PyTorch, a loop of single passes on one thread: {1e3 * loop:.3f} ms; that / flipping's pass {loop / flipping[0]:.1f} "
                      f"(of processor time; several run side by side on top of it)")


if __name__ == "__main__":
    main()
