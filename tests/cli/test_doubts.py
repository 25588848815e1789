#!/usr/bin/env python3
"""test_doubts.py BINARY: a result that cannot be trusted is said: once, on stderr, with layer, cause and remedy; in a report's warnings;
by every command that computes it; not with -q. The exit code stays 0. The networks are small enough to be worked by hand."""
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, npy, numbers, put, tensor
from program import fail, finish, run


def net(name, nodes, shape, out, **weights):
    put(name, model(nodes, {"x": (FLOAT, shape)}, {"y": (FLOAT, out)}, weights))


def dense(weight, bias):
    """One neuron."""
    n = len(weight)
    return [node("Gemm", "x w b", "y", name="fc", transB=1)], [1, n], [1, 1], {"w": tensor(weight, [1, n]), "b": tensor([bias], [1])}


def write_files():
    def write(name, nodes, shape, out, weights):
        net(name, nodes, shape, out, **weights)

    # gamma(1) makes [1 -1] and -1 of it [2 -1] and -1: for [1 1] that is 0, so that everything is divided by the stabilizer
    write("blow-up.onnx", *dense([1, -1], -1))
    put("ones.npy", npy([1, 1], [1, 2]))
    # the bias takes all but 1 / (1 + b)
    for bias in (100, 10000):
        write(f"bias-{bias}.onnx", *dense([1], bias))
    put("one.npy", npy([1], [1, 1]))
    put("nan.npy", npy([float("nan")], [1, 1]))
    put("more.npy", npy([1] * 3, [3, 1]))
    # -2
    write("negative.onnx", *dense([-2], 0))
    # the logarithm of -1
    write("log.onnx", [node("Log", "x", "l", name="log"), node("Gemm", "l w", "y", name="fc", transB=1)], [1, 2], [1, 1],
          {"w": tensor([1, 1], [1, 2])})
    put("below.npy", npy([-1, 2], [1, 2]))
    # the place of the largest number: from there no relevance leads back
    write("place.onnx", [node("ArgMax", "x", "i", name="place", axis=1, keepdims=1), node("Cast", "i", "f", name="cast", to=FLOAT),
                         node("Add", "f b", "y", name="add")], [1, 2], [1, 1], {"b": tensor([1], [1, 1])})
    put("twice.onnx", model([node("Add", "x twin", "y")], {"x   ": (FLOAT, [1, 2]), "twin": (FLOAT, [1, 2])},
                            {"y": (FLOAT, [1, 2])}).replace(b"x   ", b"twin"))
    # e to the 100
    write("exp.onnx", [node("Exp", "x", "e", name="exp"), node("Gemm", "e w", "y", name="fc", transB=1)], [1, 2], [1, 1],
          {"w": tensor([1, 1], [1, 2])})
    put("hundred.npy", npy([100, 0], [1, 2]))
    # the mean of the channel that has learnt 5 and a variance of 4: 26 is 10.5 deviations away, 24 is 9.5
    write("norm.onnx", [node("Conv", "x w", "c", name="conv"), node("BatchNormalization", "c s b m v", "n", name="bn", epsilon=0.0),
                        node("GlobalAveragePool", "n", "p", name="pool"), node("Flatten", "p", "y", name="flat")],
          [1, 1, 2, 2], [1, 1], {"w": tensor([1], [1, 1, 1, 1]), "s": tensor([2], [1]), "b": tensor([3], [1]), "m": tensor([5], [1]),
                                 "v": tensor([4], [1])})
    for value in (24, 26):
        put(f"{value}.npy", npy([value - 1, value + 1, value, value], [1, 1, 2, 2]))
    put("white.ppm", b"P5\n2 2\n255\n" + bytes([255] * 4))
    # slopes that are infinite, or none: a root and a power at 0, a norm of zeros, a mask of -inf, a division of 0 by 0
    def after(op, weight, inputs="x", **more):
        return ([node(op, inputs, "t", name="op"), node("Gemm", "t w", "y", name="fc", transB=1)], [1, 2], [1, 1],
                {"w": tensor(weight, [1, 2]), **more})

    write("root.onnx", *after("Sqrt", [0, 1]))
    write("root-asked.onnx", *after("Sqrt", [1, 1]))
    write("power.onnx", *after("Pow", [0, 1], "x p", p=tensor([0.5], [1])))
    write("quotient.onnx", *after("Div", [0, 1], "c x", c=tensor([0, 1], [1, 2])))
    write("mask.onnx", [node("Add", "x m", "a", name="add"), node("Softmax", "a", "p", name="softmax"),
                        node("Gemm", "p w", "y", name="fc", transB=1)], [1, 2], [1, 1],
          {"m": tensor([float("-inf"), 0], [1, 2]), "w": tensor([3, 5], [1, 2])})
    write("norm-of-zeros.onnx", [node("Mul", "x x", "q", name="square"), node("ReduceSum", "q axes", "r", name="sum", keepdims=1),
                                 node("Sqrt", "r", "y", name="root")], [1, 2], [1, 1],
          {"axes": tensor([1], [1], INT64)})
    write_growing(write)
    put("zero-four.npy", npy([0, 4], [1, 2]))
    put("zeros.npy", npy([0, 0], [1, 2]))


def write_growing(write):
    """Networks whose relevance grows without bounds, for one reason each."""
    def chain(name, out, *layers, **weights):
        """Layers one behind the other, of two neurons, as (operator, further inputs, attributes); `out` neurons in the end."""
        nodes = [node(op, f"v{i} {more}" if more else f"v{i}", f"v{i + 1}", name=f"l{i + 1}", **attributes)
                 for i, (op, more, attributes) in enumerate(layers)]
        write(name, [node("Identity", "x", "v0", name="in"), *nodes, node("Identity", f"v{len(layers)}", "y", name="end")], [1, 2],
              [1, out], weights)

    gemm = ("Gemm", "w b", {"transB": 1})
    # gamma(0.25): -1 of [1 -1.5] on [1 1], whose positive part makes it -.25 - .0001 + .25: next to nothing, twice in a row
    chain("signs.onnx", 2, gemm, gemm, w=tensor([1, -1.25, -1.25, 1], [2, 2]), b=tensor([-1e-6, 0], [2]))
    # 1 + 1 and a bias of -1.999999: 1e-6 is left
    chain("bias.onnx", 2, gemm, w=tensor([1, 1, 1, 1], [2, 2]), b=tensor([-1.999999, -3], [2]))
    # 1 - 1 + 1e-6, then once more
    chain("cancel.onnx", 2, gemm, gemm, w=tensor([1, -1, -1, 1], [2, 2]), b=tensor([1e-6, 0], [2]))
    # 1 - 1 + 1e-7 of nothing with weights: x + (1e-7 - x)
    write("sum.onnx", [node("Sub", "c x", "s", name="sub"), node("Add", "x s", "y", name="add")], [1, 2], [1, 2],
          {"c": tensor([2.0**-22, 0], [1, 2])})
    # log 1.0000001 is 1.2e-7
    write("log-of-one.onnx", [node("Log", "x", "y", name="log")], [1, 2], [1, 2], {})
    put("log-of-one.npy", npy([1.00000012, 1], [1, 2]))
    # a box of 0 to 1 and weights of -1 and 1: (-2 + 1.0000001) - 0 + 1 is next to nothing
    write("box.onnx", [node("Gemm", "x w", "y", name="fc", transB=1)], [1, 2], [1, 1], {"w": tensor([-1, 1], [1, 2])})
    put("box.npy", npy([2, 1.0000001], [1, 2]))
    # 1e-6 of a sum, six times in a row: more than a float holds
    chain("overflow.onnx", 2, *[gemm] * 8, w=tensor([1, -1, -1, 1], [2, 2]), b=tensor([1e-6, 1e-6], [2]))
    put("two-ones.npy", npy([1, 1], [1, 2]))


# model, input, options, what the reason is, which settings are given: with them it is at an end
GROWING = {
    "gamma and numbers below 0": ("signs.onnx", "two-ones.npy", ["--rule", "type:dense=gamma(0.25)"],
                                  ["not negative", "--rule 'type:dense=generalized-gamma(0.25)'"]),
    "a bias": ("bias.onnx", "two-ones.npy", ["--rule", "type:dense=zero"], ["bias ", "inputs and bias all but cancel", "--rule 'l1=z-plus'"]),
    "denominators": ("cancel.onnx", "two-ones.npy", ["--rule", "type:dense=zero"], ["--rule 'type:dense=z-plus'"]),
    "a sum": ("sum.onnx", "two-ones.npy", [], ["close to 0", "--rule 'add=epsilon(0.1)'"]),
    "a logarithm": ("log-of-one.onnx", "log-of-one.npy", ["--composite", "zero"], ["close to 0", "--rule 'log=pass'"]),
    "a box": ("box.onnx", "box.npy", ["--rule", "fc=z-box(0,1)"], ["outside the bounds", "--rule 'fc=z-box(1.0000001,2)'"]),
    "more than a float holds": ("overflow.onnx", "two-ones.npy", ["--rule", "type:dense=zero"], ["--rule 'type:dense=z-plus'"]),
}
# numbers that no rule mends
BEYOND = {"Log": [-1, 2], "Sqrt": [-1, 4], "Reciprocal": [0, 4]}


def check_growth(name):
    """What is said names the reason, and its remedy, followed to the letter, is one."""
    file, given, options, words = GROWING[name]
    for command in ("explain", "ledger"):
        got = run(command, file, given, "--skip-checks", *options)
        lines = [line for line in got.stderr.splitlines() if "blows up" in line or "not finite" in line]
        if got.returncode or len(lines) != 1 or not all(word in lines[0] for word in words):
            fail(f"{command}, {name}: not said just once: {words}", got.stderr)
            return
    rules = re.findall(r"--rule '([^']*)'", lines[0])
    got = run("explain", file, given, "--skip-checks", *options, *[word for rule in rules for word in ("--rule", rule)])
    if got.returncode or "blows up" in got.stderr or "finite" in got.stderr:
        fail(f"{name}: {rules} does not end it", got.stdout, got.stderr)


def check_beyond(op):
    write = model([node(op, "x", "t", name="op"), node("Gemm", "t w", "y", name="fc", transB=1)], {"x": (FLOAT, [1, 2])},
                  {"y": (FLOAT, [1, 1])}, {"w": tensor([1, 1], [1, 2])})
    put("beyond.onnx", write)
    put("beyond.npy", npy(BEYOND[op], [1, 2]))
    got = run("explain", "beyond.onnx", "beyond.npy", "--skip-checks", "--composite", "zero")
    if got.returncode or said(got.stderr, ["layer op", "1 of its 2 values", "look at what goes into it"]) != 1 or "--rule" in got.stderr:
        fail(f"{op}: a rule is no remedy for values", got.stderr)


# name: model, input, options, what is said (all in one line); None: nothing
CASES = {
    "blow-up": ("blow-up.onnx", "ones.npy", ["--rule", "fc=gamma(1)"],
                ["relevance blows up", "fc (rule gamma(1))", "sum 1e+09", "largest 2e+09", "not negative", "--rule 'fc=generalized-gamma(1)'"]),
    "no blow-up": ("blow-up.onnx", "ones.npy", ["--rule", "fc=flat"], None),
    "vanishing": ("bias-10000.onnx", "one.npy", ["--rule", "fc=zero"],
                  ["relevance all but vanishes", "0.0001 arrives of 1", "fc (rule zero)", "z-plus(bias=off)"]),
    "remedy of vanishing": ("bias-10000.onnx", "one.npy", ["--rule", "fc=z-plus(bias=off)"], None),
    "a hundredth is left": ("bias-100.onnx", "one.npy", ["--rule", "fc=zero"], None),
    "several samples": ("bias-10000.onnx", "more.npy", ["--rule", "fc=zero"], ["relevance all but vanishes", "fc (rule zero)"]),
    "nothing arrives": ("place.onnx", "ones.npy", ["--skip-checks"], ["relevance all but vanishes", "a sum of 0 arrives of 1"]),
    "negative logit": ("negative.onnx", "one.npy", ["--output-relevance", "logit"],
                       ["negative logit", "-2", "--output-relevance one"]),
    "start with 1": ("negative.onnx", "one.npy", [], None),
    "nan from a layer": ("log.onnx", "below.npy", ["--skip-checks"], ["layer log", "1 of its 2 values", "look at what goes into it"]),
    "infinity from a layer": ("exp.onnx", "hundred.npy", ["--skip-checks"], ["layer exp", "1 of its 2 values"]),
    "nan goes in": ("negative.onnx", "nan.npy", [], ["the input itself holds them"]),
    "unscaled": ("norm.onnx", "26.npy", [], ["scaled as the model has never seen it", "1 of 1 channels", "--scale 1/255"]),
    "near enough": ("norm.onnx", "24.npy", [], None),
    "unscaled, not folded": ("norm.onnx", "26.npy", ["--no-canonize"], ["scaled as the model has never seen it", "--scale 1/255"]),
    "near enough, not folded": ("norm.onnx", "24.npy", ["--no-canonize"], None),
    "unscaled picture": ("norm.onnx", "white.ppm", [], ["scaled as the model has never seen it"]),
    "scaled picture": ("norm.onnx", "white.ppm", ["--scale", "1/51"], None),
}


GRADIENT, TIMES = ["--method", "gradient", "--skip-checks"], ["--method", "input-gradient", "--skip-checks"]
INFINITE = ["the gradient is not finite", "layer op", "1 numbers at", "--method lrp"]
# 0 times infinity is 0; what is infinite itself is said
SLOPES = {
    "a root at 0 that is not asked for": ("root.onnx", "zero-four.npy", GRADIENT, None, [0, 0.25]),
    "a root at 0": ("root-asked.onnx", "zero-four.npy", GRADIENT, INFINITE, [float("inf"), 0.25]),
    "a root at 0, times 0": ("root-asked.onnx", "zero-four.npy", TIMES, None, [0, 1]),
    "a root at 0, by rules": ("root-asked.onnx", "zero-four.npy", ["--skip-checks", "--composite", "zero"], None, [0, 0.5]),
    "a power at 0 that is not asked for": ("power.onnx", "zero-four.npy", GRADIENT, None, [0, 0.25]),
    "0 divided by 0": ("quotient.onnx", "zero-four.npy", GRADIENT, ["layer op", "1 of its 2 values"], [0, -1 / 16]),
    "a mask": ("mask.onnx", "zero-four.npy", GRADIENT, None, [0, 0]),
    "a mask, times the input": ("mask.onnx", "zero-four.npy", TIMES, None, [0, 0]),
    "a norm of zeros": ("norm-of-zeros.onnx", "zeros.npy", GRADIENT, ["the gradient is not finite", "layer root"], [0, 0]),
}


def check_slope(name):
    file, given, options, words, wanted = SLOPES[name]
    got = run("explain", file, given, *options, "--relevance", "r.npy")
    found = numbers("r.npy") if got.returncode == 0 else []
    if len(found) != len(wanted) or any(not (a == b or abs(a - b) <= 1e-6 * abs(b)) for a, b in zip(found, wanted)):
        fail(f"{name}: relevance {found}, not {wanted}", got.returncode, got.stderr)
    warnings = [line for line in got.stderr.splitlines() if "finite" in line]
    if len(warnings) != (words is not None) or (words and said(got.stderr, words) != 1):
        fail(f"{name}: not said just once: {words}", got.stderr)


def said(stderr, words):
    """How often that is said."""
    return sum(all(word in line for word in words) for line in stderr.splitlines())


def check(name):
    file, given, options, words = CASES[name]
    options = ["--composite", "epsilon-plus", *options]
    for command in ("explain", "ledger"):
        got = run(command, file, given, *options)
        warnings = [line for line in got.stderr.splitlines() if "warning" in line]
        if got.returncode != 0:
            fail(f"{command}, {name}: exit {got.returncode}", got.stderr)
        elif words is None and warnings:
            fail(f"{command}, {name}: nothing is wrong there", *warnings)
        elif words and said(got.stderr, words) != 1:
            fail(f"{command}, {name}: not said just once: {words}", got.stderr)
        quiet = run(command, file, given, *options, "-q")
        if quiet.returncode != 0 or quiet.stderr:
            fail(f"{command} -q, {name}: exit {quiet.returncode}", quiet.stderr)
    for command in ("explain", "ledger"):
        report = json.loads(run(command, file, given, *options, "--json", "-q").stdout)["warnings"]
        if len([line for line in report if words and all(word in line for word in words)]) != (words is not None) or (not words and report):
            fail(f"{command}, {name}: in the report's warnings: {words}", *report)


def check_run():
    """The forward pass is not silent about what it finds itself, and knows nothing of relevance."""
    for name, word in (("nan from a layer", "layer log"), ("unscaled", "never seen"), ("nan goes in", "the input itself")):
        file, given = CASES[name][:2]
        got = run("run", file, given)
        if got.returncode or said(got.stderr, [word]) != 1:
            fail(f"run, {name}: not said just once: {word}", got.returncode, got.stderr)
    got = run("run", "blow-up.onnx", "ones.npy")
    if got.returncode or got.stderr:
        fail("run: nothing is wrong there", got.stderr)


def check_refused():
    """A name that two inputs have is no name."""
    got = run("layers", "twice.onnx")
    if got.returncode != 3 or "the input twin is declared twice" not in got.stderr:
        fail("an input that is declared twice", got.returncode, got.stderr)


def check_compare():
    for name, rule in (("a", "gamma(1)"), ("b", "zero")):
        with open(f"{name}.json", "w") as file:
            json.dump({"lrpscope": 1, "rules": [{"select": "fc", "rule": rule}]}, file)
    got = run("compare", "blow-up.onnx", "ones.npy", "--rules", "a.json", "--rules", "b.json")
    if got.returncode or said(got.stderr, ["blows up", "fc (rule gamma(1))"]) != 1:
        fail("compare: not said just once", got.returncode, got.stderr)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write_files()
    for case in CASES:
        check(case)
    for case in SLOPES:
        check_slope(case)
    for case in GROWING:
        check_growth(case)
    for op in BEYOND:
        check_beyond(op)
    check_run()
    check_compare()
    check_refused()
    os.chdir("/")
finish(f"{len(CASES) + len(SLOPES) + len(GROWING) + len(BEYOND)} cases")
