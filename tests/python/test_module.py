"""The Python module against the command line, and what it promises of memory and errors. test_module.py BINARY DEMO_FOLDER"""
import gc
import os
import subprocess
import sys
import tempfile

import numpy as np

import lrpscope

BINARY, DEMO = sys.argv[1:]
MODEL, PICTURE = os.path.join(DEMO, "vgg.onnx"), os.path.join(DEMO, "boot.png")
SETTINGS = {"scale": "1/255", "mean": "0.2860", "std": "0.3530", "composite": "epsilon-plus-flat"}
OPTIONS = [word for key, value in SETTINGS.items() for word in (f"--{key}", value)]


def by_command(folder, *options):
    relevance, heatmap = os.path.join(folder, "r.npy"), os.path.join(folder, "h.png")
    subprocess.run([BINARY, "explain", MODEL, PICTURE, *OPTIONS, *options, "--relevance", relevance, "--heatmap", heatmap],
                   check=True, stdout=subprocess.DEVNULL)
    with open(heatmap, "rb") as file:
        return np.load(relevance), file.read()


def raises(*words):
    class Catch:
        def __enter__(self):
            return self

        def __exit__(self, kind, error, trace):
            assert kind is lrpscope.Error, kind
            for word in words:
                assert word in str(error), (word, str(error))
            return True
    return Catch()


with tempfile.TemporaryDirectory() as folder:
    # numbers and pictures are those of the command line, bit for bit
    wanted, heatmap = by_command(folder)
    with lrpscope.open(MODEL, **SETTINGS) as session:
        assert session.relevance() is None
        names = [layer.name for layer in session.layers()]
        session.run(PICTURE)
        assert [layer.name for layer in session.layers()] == names and len(names) == 13
        assert session.layers()[1].type == "convolution" and session.layers()[1].rule
        assert session.target()[0] == 9
        relevance = session.relevance()
        assert relevance.dtype == np.float32 and np.array_equal(relevance, wanted)
        assert not relevance.flags.writeable and not relevance.flags.owndata  # the library's own memory
        own = os.path.join(folder, "own.png")
        session.heatmap(own)
        with open(own, "rb") as file:
            assert file.read() == heatmap
        # relevance of the last layer: the start, 1 at the target and 0 elsewhere
        last = session.relevance(len(names) - 1)
        assert last.sum() == 1 and last.reshape(-1)[9] == 1
        # an array as input: what the picture becomes, so that everything is the same
        picture = session.activation(0)
        session.run(np.array(picture))
        assert np.array_equal(session.relevance(), wanted)
        assert np.array_equal(relevance, wanted)  # of the run before, still there
    try:
        session.layers()  # closed: an exception, not a crash
        raise SystemExit("a closed session answers")
    except AttributeError:
        pass
    del session, picture, last
    gc.collect()
    assert np.array_equal(relevance, wanted)  # arrays outlive their session

    # rules by layer
    wanted, _ = by_command(folder, "--rule", "type:convolution=alpha-beta(2,1)")
    with lrpscope.open(MODEL, rules={"type:convolution": "alpha-beta(2,1)"}, **SETTINGS) as session:
        assert np.array_equal(session.run(PICTURE).relevance(), wanted)
        with raises("labels.txt"):
            session.run(os.path.join(DEMO, "labels.txt"))
        with raises("array"):
            session.run(np.zeros((1, 2, 3, 4), np.float32))
    with raises("missing.onnx"):
        lrpscope.open(os.path.join(folder, "missing.onnx"))
    with raises("colour", "colormap"):
        lrpscope.open(MODEL, colour="red")
    with raises("no-such-rule"):
        lrpscope.open(MODEL, rules={"1": "no-such-rule"})
    with raises("relevance"):  # nothing to draw yet
        lrpscope.open(MODEL).heatmap(own)

    # memory: a thousand arrays that are dropped leave nothing behind
    def held():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1])
    with lrpscope.open(MODEL, **SETTINGS) as session:
        picture = session.run(PICTURE).activation(0).copy()
        for turn in range(60):
            session.run(picture + np.float32(turn % 3)).relevance().sum()
        before = held()
        for turn in range(200):
            session.run(picture + np.float32(turn % 3)).relevance().sum()
        assert held() - before < 2000, (before, held())
print("the module agrees with the command line")
