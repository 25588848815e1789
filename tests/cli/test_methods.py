#!/usr/bin/env python3
"""test_methods.py BINARY: every method that `lrpscope methods` lists has numbers that were worked out by hand or come from the papers'
own examples; arguments that cannot be are refused by name; the same seed gives the same file, whatever the threads and the batch."""
import json
import math
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, npy, numbers, put, tensor
from program import fail, finish, run


def same(what, got, want, most=1e-5):
    size = max(map(abs, want), default=0) or 1
    if len(got) != len(want) or any(not abs(a - b) <= most * size for a, b in zip(got, want)):
        fail(what, f"got  {got}", f"want {want}")


def explain(file, given, method, *options):
    done = run("explain", file, given, "--method", method, "--target", "0", "--relevance", "r.npy", "--report", "r.json",
               "--skip-checks", *options)
    if done.returncode:
        fail(f"{method}: exit {done.returncode}", done.stderr.strip())
        return [], {}, done.stderr
    return numbers("r.npy"), json.load(open("r.json"))["samples"][0], done.stderr


def dense(name, weights, bias, relu=False):
    """y = [relu](W x + b), one neuron a row of W."""
    rows, n = len(weights), len(weights[0])
    nodes = [node("Gemm", "x w b", "z" if relu else "y", name="fc", transB=1)] + ([node("Relu", "z", "y", name="relu")] if relu else [])
    put(name, model(nodes, {"x": (FLOAT, ["n", n])}, {"y": (FLOAT, ["n", rows])},
                    {"w": tensor(sum(weights, []), [rows, n]), "b": tensor(bias, [rows])}))


# what differs little between input and baseline, 1 to 8 steps of 2^-14: floats, so that differences are exact
NEAR = [-2, -1, -2 ** -14, .5, 1, 2, 3, 4]
NEAR_TO = [x + (i + 1) * 2 ** -14 for i, x in enumerate(NEAR)]


def write_models():
    dense("linear4.onnx", [[1, 2, 3, 4]], [0])
    dense("odds.onnx", [[1, 2], [0, 0]], [0, 0])
    put("ones2.npy", npy([1] * 2, [1, 2]))
    dense("linear5.onnx", [[1, 2, 3, 4, 5]], [0])
    dense("kink.onnx", [[2]], [-1], relu=True)
    put("ones4.npy", npy([1] * 4, [1, 4]))
    put("ones5.npy", npy([1] * 5, [1, 5]))
    put("one.npy", npy([1], [1, 1]))
    # what arrives at the ReLU is (5 -1 4), what went in (-1 2 3)
    put("relu.onnx", model([node("Relu", "x", "h", name="relu"), node("Gemm", "h w", "y", name="fc", transB=1)],
                           {"x": (FLOAT, [1, 3])}, {"y": (FLOAT, [1, 1])}, {"w": tensor([5, -1, 4], [1, 3])}))
    put("three.npy", npy([-1, 2, 3], [1, 3]))
    # two channels: A1 = (1 2; 3 4) with the gradient .5, A2 = (0 1; 0 1) with (-1 -1; -3 1)
    put("cam.onnx", model([node("Conv", "x k", "a", name="conv"), node("Relu", "a", "r", name="relu"),
                           node("Flatten", "r", "f", name="flat"), node("Gemm", "f w", "y", name="fc", transB=1)],
                          {"x": (FLOAT, [1, 2, 2, 2])}, {"y": (FLOAT, [1, 1])},
                          {"k": tensor([1, 0, 0, 1], [2, 2, 1, 1]), "w": tensor([.5, .5, .5, .5, -1, -1, -3, 1], [1, 8])}))
    put("cam.npy", npy([1, 2, 3, 4, 0, 1, 0, 1], [1, 2, 2, 2]))
    # max(3, 1) against max(0, 2), and relu of 2 against -1
    put("pool.onnx", model([node("MaxPool", "x", "p", name="pool", kernel_shape=[2]), node("Flatten", "p", "y", name="flat")],
                           {"x": (FLOAT, [1, 1, 2])}, {"y": (FLOAT, [1, 1])}))
    put("pool.npy", npy([3, 1], [1, 1, 2]))
    put("pool-baseline.npy", npy([0, 2], [1, 1, 2]))
    put("lift.onnx", model([node("Relu", "x", "y", name="relu")], {"x": (FLOAT, [1, 1])}, {"y": (FLOAT, [1, 1])}))
    for kind in ("Sigmoid", "Tanh", "Relu"):
        put(f"near-{kind}.onnx", model([node(kind, "x", "h", name="bend"), node("Gemm", "h w", "y", name="fc", transB=1)],
                                       {"x": (FLOAT, [1, len(NEAR)])}, {"y": (FLOAT, [1, 1])}, {"w": tensor([1] * len(NEAR), [1, len(NEAR)])}))
    put("near.npy", npy(NEAR, [1, len(NEAR)]))
    put("near-baseline.npy", npy(NEAR_TO, [1, len(NEAR)]))
    put("two.npy", npy([2], [1, 1]))
    put("product.onnx", model([node("Mul", "x x", "y", name="square")], {"x": (FLOAT, [1, 1])}, {"y": (FLOAT, [1, 1])}))
    # x^3 is no straight line: what noise makes of its gradient 3 x^2
    put("cube.onnx", model([node("Mul", "x x", "s", name="square"), node("Mul", "s x", "y", name="cube")],
                           {"x": (FLOAT, ["n", 2])}, {"y": (FLOAT, ["n", 2])}))
    put("cube.npy", npy([1, 3], [1, 2]))
    put("cube-twice.npy", npy([1, 3, 1, 3], [2, 2]))
    put("noise.npy", npy([1, 0, -1, 0], [2, 2]))
    put("mask.npy", npy([7, 7, -1, 3], [4], INT64))
    put("linear2d.onnx", model([node("Flatten", "x", "f", name="flat"), node("Gemm", "f w", "y", name="fc", transB=1)],
                               {"x": (FLOAT, [1, 2, 2, 2])}, {"y": (FLOAT, [1, 1])}, {"w": tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 8])}))
    put("ones2d.npy", npy([1] * 8, [1, 2, 2, 2]))


seen = set()


def case(file, given, method, want, *options, most=1e-5, **fields):
    seen.add(method.split("(")[0])
    got, sample, _ = explain(file, given, method, *options)
    same(f"{file} {method}", got, want, most)
    for key, value in fields.items():
        if key not in sample or not (sample[key] == value or isinstance(value, float) and abs(sample[key] - value) <= 1e-6):
            fail(f"{file} {method}: {key}", sample.get(key), f"not {value}")


def worked_numbers():
    case("linear4.onnx", "ones4.npy", "lrp", [.1, .2, .3, .4], "--composite", "zero")
    case("linear4.onnx", "ones4.npy", "gradient", [1, 2, 3, 4])
    case("linear4.onnx", "ones4.npy", "input-gradient", [1, 2, 3, 4])
    case("relu.onnx", "three.npy", "gradient", [0, -1, 4])
    case("relu.onnx", "three.npy", "guided-backprop", [0, 0, 4])
    case("relu.onnx", "three.npy", "deconvnet", [5, 0, 4])
    # f = relu(2x - 1) between 0 and 1 rises by 1
    case("kink.onnx", "one.npy", "integrated-gradients(5,points=ends)", [.8], passes=6, baseline="0", completeness_gap=-.2)
    case("kink.onnx", "one.npy", "integrated-gradients(10,points=ends)", [1], completeness_gap=0.0)
    case("kink.onnx", "one.npy", "integrated-gradients(5,points=trapezoid)", [.75], completeness_gap=-.25)
    case("kink.onnx", "one.npy", "integrated-gradients(n=4,points=middle)", [1], completeness_gap=0.0)
    case("kink.onnx", "one.npy", "integrated-gradients(n=2,points=gauss)", [1], completeness_gap=0.0)
    case("linear4.onnx", "ones4.npy", "integrated-gradients(3,0.5)", [.5, 1, 1.5, 2], baseline="0.5", completeness_gap=0.0)
    case("linear4.onnx", "ones4.npy", "integrated-gradients(3,baseline=mean)", [0, 0, 0, 0])
    case("cam.onnx", "cam.npy", "grad-cam(layer=relu,size=layer,relu=off)", [.5, 0, 1.5, 1], passes=1)
    case("cam.onnx", "cam.npy", "grad-cam(size=layer)", [.5, 0, 1.5, 1])
    case("cam.onnx", "cam.npy", "grad-cam", [.5, 0, 1.5, 1])
    # guided backpropagation keeps .5 of channel 1, and of channel 2 the 1 at the lower right
    case("cam.onnx", "cam.npy", "guided-grad-cam", [.25, 0, .75, .5, 0, 0, 0, 1], passes=2)
    case("lift.onnx", "two.npy", "deep-lift(-1)", [2], completeness_gap=0.0)
    for kind, f in (("Sigmoid", lambda x: 1 / (1 + math.exp(-x))), ("Tanh", math.tanh), ("Relu", lambda x: max(x, 0))):
        case(f"near-{kind}.onnx", "near.npy", "deep-lift(baseline=near-baseline.npy)", [f(x) - f(b) for x, b in zip(NEAR, NEAR_TO)])
    case("pool.onnx", "pool.npy", "deep-lift(baseline=pool-baseline.npy)", [1, 0], completeness_gap=0.0)
    case("linear4.onnx", "ones4.npy", "deep-lift", [1, 2, 3, 4], completeness_gap=0.0)
    case("linear4.onnx", "ones4.npy", "occlusion(2,1)", [3, 4, 6, 7], passes=3)
    case("linear5.onnx", "ones5.npy", "occlusion(window=2,stride=2)", [3, 3, 7, 7, 5], passes=3)
    case("linear4.onnx", "ones4.npy", "occlusion(2,2,keep=on)", [3, 3, 7, 7])
    case("linear4.onnx", "ones4.npy", "ablation", [1, 2, 3, 4], passes=4)
    # the share of e^3 beside e^0; without the first value of e^2, without the second of e^1
    share = lambda z: 1 / (1 + math.exp(-z))
    for method in "occlusion(1,1,score=softmax)", "ablation(score=softmax)":
        case("odds.onnx", "ones2.npy", method, [share(3) - share(2), share(3) - share(1)])
    case("odds.onnx", "ones2.npy", "occlusion(1,1,score=logit)", [1, 2])
    case("linear4.onnx", "ones4.npy", "ablation(mask=mask.npy)", [3, 3, 3, 4], passes=3)
    case("linear2d.onnx", "ones2d.npy", "ablation", [6, 8, 10, 12, 6, 8, 10, 12], passes=4)
    case("linear2d.onnx", "ones2d.npy", "ablation(unit=value)", [1, 2, 3, 4, 5, 6, 7, 8], passes=8)
    # 3 (1 +- 2)^2 of the range 2, sigma 1: 27 and 3; that of the other output is none
    case("cube.onnx", "cube.npy", "smooth-grad(2,sigma=1,noise=noise.npy)", [15, 0], passes=2)
    case("cube.onnx", "cube.npy", "smooth-grad(2,std=1,noise=noise.npy)", [6, 0])
    case("cube.onnx", "cube.npy", "smooth-grad(2,sigma=1,noise=noise.npy,moment=square)", [369, 0])
    case("cube.onnx", "cube.npy", "smooth-grad(2,sigma=1,noise=noise.npy,moment=variance)", [144, 0])
    case("cube.onnx", "cube.npy", "smooth-grad(2,sigma=1,noise=noise.npy,of=input-gradient)", [39, 0])
    case("cube.onnx", "cube.npy", "smooth-grad(2,sigma=1,noise=noise.npy)", [7.5 * 2, 0], "--convention", "julia")
    # the last copy is the input itself: (27 + 3) / 2
    case("cube.onnx", "cube.npy", "smooth-grad(2,sigma=1,noise=noise.npy)", [15, 0], "--convention", "zennit")
    # the generator's first normal numbers are 1.954974412 and, of draw 1, -1.300652269
    case("cube.onnx", "cube.npy", "smooth-grad(2,std=1)", [(3 * 2.954974412**2 + 3 * .300652269**2) / 2, 0], seed=0)


def nothing_is_left_out():
    listed = {m["name"] for m in json.loads(run("methods", "--json").stdout)["methods"]}
    if listed - seen:
        fail("methods without a worked number", *sorted(listed - seen))
    for name in sorted(listed):
        if name not in run("methods").stdout:
            fail("methods leaves one out", name)


def noise_is_the_same_everywhere():
    """A sample's numbers depend neither on the threads nor on what else is in its batch."""
    one = explain("cube.onnx", "cube.npy", "smooth-grad(7,seed=3)", "--threads", "1")[0]
    two = explain("cube.onnx", "cube.npy", "smooth-grad(7,seed=3)", "--threads", "2")[0]
    both = explain("cube.onnx", "cube-twice.npy", "smooth-grad(7,seed=3)")[0]
    other = explain("cube.onnx", "cube.npy", "smooth-grad(7,seed=4)")[0]
    if one != two or both[:2] != one:
        fail("the same seed gives other numbers", one, two, both)
    if one == other or both[2:] == one:
        fail("another seed, another sample: the same noise", one, other, both)


def passes_side_by_side():
    """Small networks have several passes at a time: the bytes are those of one after the other, of one sample those of a batch. Of
    the demo network, whose passes are far apart in time, and of every series there is."""
    demo = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "demo")
    for method in ("smooth-grad(19)", "smooth-grad(9,of=lrp,moment=variance)", "integrated-gradients(21)", "occlusion(4,3,keep=on)",
                   "occlusion(7)"):
        shown = []
        for threads in ("1", "2", "3"):
            done = run("explain", f"{demo}/vgg.onnx", f"{demo}/bag.png", "--labels", f"{demo}/labels.txt", "--method", method,
                       "--relevance", "r.npy", "--skip-checks", "--threads", threads)
            shown.append(open("r.npy", "rb").read() if not done.returncode else done.stderr)
        if shown[0] != shown[1] or shown[0] != shown[2] or len(shown[0]) < 28 * 28 * 4:
            fail(f"{method}: other bytes with more threads", *[s for s in shown if isinstance(s, str)])
    # a second point below 0: z+ of (1, 2) gives all to the first value, of (-1, -2) all to the second
    dense("signs.onnx", [[1, -1]], [0])
    put("signs.npy", npy([1, 2], [1, 2]))
    put("turn.npy", npy([0, 0, -2, -4], [2, 2]))
    same("what is known of a point is forgotten with it",
         explain("signs.onnx", "signs.npy", "smooth-grad(2,std=1,of=lrp,noise=turn.npy)", "--composite", "alpha-beta(1,0)")[0], [.5, .5])


def refused():
    for method, code, *words in [
        ("smoothgrad", 2, "unknown method smoothgrad", "smooth-grad"),
        ("smooth-grad(0)", 2, "n cannot be \"0\""),
        ("smooth-grad(moment=median)", 2, "moment", "mean square variance"),
        ("smooth-grad(width=3)", 2, "no argument width"),
        ("gradient(3)", 2, "takes 0 arguments"),
        ("integrated-gradients(baseline=grey)", 2, "baseline grey", "blur(SIGMA)"),
        ("integrated-gradients(baseline=none.npy)", 3, "none.npy"),
        ("integrated-gradients(baseline=three.npy)", 3, "three.npy", "1x4"),
        ("smooth-grad(3,noise=noise.npy)", 3, "noise.npy", "3 draws"),
        ("occlusion(2,3)", 2, "stride 3 is larger than window 2"),
        ("ablation(mask=ones5.npy)", 3, "ones5.npy"),
        ("occlusion(baseline=remove)", 2, "baseline remove", "metrics"),
        ("grad-cam", 2, "layer="),
        ("grad-cam(layer=nothing)", 2, "nothing"),
    ]:
        done = run("explain", "linear4.onnx", "ones4.npy", "--method", method, "--relevance", "r.npy")
        if done.returncode != code or any(w not in done.stderr for w in words):
            fail(f"{method}: exit {done.returncode}, not {code}", done.stderr)
    done = run("explain", "product.onnx", "one.npy", "--method", "deep-lift", "--relevance", "r.npy")
    if done.returncode != 4 or "product" not in done.stderr:
        fail(f"deep-lift of a product: exit {done.returncode}", done.stderr)
    done = run("ledger", "linear4.onnx", "ones4.npy", "--method", "occlusion")
    if done.returncode != 4 or "no ledger" not in done.stderr:
        fail(f"ledger of occlusion: exit {done.returncode}", done.stderr)


def said():
    for file, given, method, word in [("linear4.onnx", "ones4.npy", "guided-backprop", "the plain gradient"),
                                      ("cam.onnx", "cam.npy", "grad-cam(layer=conv)", None)]:
        error = explain(file, given, method)[2]
        if bool(word) != ("warning" in error) or (word and word not in error):
            fail(f"{method}: {word}", error)


def composites():
    """Excitation backprop takes what is positive; deep Taylor decomposition the squares of the first layer's weights."""
    for options, want in [
        (["--composite", "excitation-backprop"], [.1, .2, .3, .4]),
        (["--composite", "deep-taylor"], [1 / 30, 4 / 30, 9 / 30, 16 / 30]),
        (["--composite", "deep-taylor(0,2)"], [.1, .2, .3, .4]),
    ]:
        got, _, _ = explain("linear4.onnx", "ones4.npy", "lrp", *options)
        same(str(options), got, want)
    put("tanh.onnx", model([node("Tanh", "x", "y", name="tanh")], {"x": (FLOAT, [1, 1])}, {"y": (FLOAT, [1, 1])}))
    done = run("explain", "tanh.onnx", "one.npy", "--composite", "deep-taylor", "--skip-checks")
    if done.returncode != 2 or "tanh" not in done.stderr:
        fail(f"deep-taylor on tanh: exit {done.returncode}", done.stderr)
    dense("below.onnx", [[-1]], [0])
    got, _, error = explain("below.onnx", "one.npy", "lrp", "--composite", "deep-taylor", "--output-relevance", "logit")
    if got != [0] or "the logit is negative" not in error:
        fail("deep-taylor of a negative logit", got, error)


with tempfile.TemporaryDirectory() as folder:
    os.environ["HOME"] = os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
    os.chdir(folder)
    write_models()
    worked_numbers()
    nothing_is_left_out()
    noise_is_the_same_everywhere()
    passes_side_by_side()
    refused()
    said()
    composites()
finish(f"{len(seen)} methods")
