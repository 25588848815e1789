#!/usr/bin/env python3
"""test_virelay.py BINARY: merge --h5 read back with h5py: pictures as they were before they were scaled, predictions as numpy computes
them, the batch's relevance, labels, clusters; bad inputs left out; what is no picture, inputs and models that are not there any more or
not the same, and files that would be overwritten are refused. Skipped where the build has no HDF5 library or Python no h5py."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, tensor

BINARY = os.path.abspath(sys.argv[1])
LABELS = ["ant", "bee", "cat", "dog"]
failures = []


def expect(what, good):
    if not good:
        failures.append(what)


def run(*arguments, code=0, says=""):
    done = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode != code or says not in done.stderr:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}, not {code} with {says!r}: {done.stderr[-500:]}")
    return done


def network(name, channels, kernel):
    """Class scores are means of a 1x1 convolution."""
    with open(name, "wb") as file:
        file.write(model([node("Conv", "x k", "a", name="conv"), node("GlobalAveragePool", "a", "p", name="pool"), node("Flatten", "p", "y", name="flat")],
                         {"x": (FLOAT, [1, channels, 6, 5])}, {"y": (FLOAT, [1, 4])}, {"k": tensor(kernel.ravel().tolist(), (4, channels, 1, 1))}))


def picture(path, pixels):
    """PPM of (3, h, w), PGM of (1, h, w)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"P%d %d %d 255\n" % (6 if len(pixels) == 3 else 5, pixels.shape[2], pixels.shape[1]) + pixels.transpose(1, 2, 0).tobytes())


def arrays(path):
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, what: found.__setitem__(name, (what[()], dict(what.attrs))) if hasattr(what, "dtype") else None)
    return {name: value for name, (value, _) in found.items()}, {name: attributes for name, (_, attributes) in found.items() if attributes}


def same(what, got, want, tolerance=0.0):
    if got.shape != want.shape or got.dtype != want.dtype or not np.allclose(got, want, rtol=0, atol=tolerance, equal_nan=True):
        failures.append(f"{what}: {got.dtype} {got.shape} {got}, not {want.dtype} {want.shape} {want}")


def check_pictures(random, channels):
    kernel = random.standard_normal((4, channels)).astype("f4")
    name = f"net{channels}"
    network(name + ".onnx", channels, kernel)
    pixels, classes = [], []
    for i in range(12):
        classes.append(i % 3)
        pixels.append(random.integers(0, 256, (channels, 6, 5), dtype=np.uint8))
        picture(f"{name}/{LABELS[i % 3]}/{i:02}.ppm", pixels[-1])
    with open(f"{name}/bee/00.png", "w") as file: # before the others of its folder
        file.write("no picture")
    order = sorted(range(12), key=lambda i: (LABELS[classes[i]], i))
    run("batch", name + ".onnx", name, "--output-dir", name + "-out", "--scale", "1/255", "--mean", "0.5", "--std", "0.25", "--labels", "labels.txt",
        "--skip-checks", code=3)
    done = run("merge", name + "-out", "--h5", name + "-project/", "--cluster", "spray(clusters=2,neighbours=3,eigenvectors=4)", "--json")
    if done.returncode:
        return
    folder = name + "-project/"
    expect(f"{folder} has its five files", sorted(os.listdir(folder)) == ["analysis.h5", "attribution.h5", "dataset.h5", "label-map.json", "project.yaml"])
    shown = np.stack([pixels[i] for i in order]).astype("f4")
    inputs = (shown / 255 - 0.5) / 0.25
    want = np.einsum("kc,nchw->nk", kernel.astype("f8"), inputs.astype("f8")) / 30
    labels = np.array([classes[i] for i in order], "u2")
    relevance = np.load(name + "-out/relevance.npy")
    good = np.flatnonzero(~np.isnan(relevance).any((1, 2, 3)))
    expect("one row of 13 is a bad input's", len(relevance) == 13 and len(good) == 12)

    data, _ = arrays(folder + "dataset.h5")
    same("pictures", data["data"], shown if channels == 3 else np.repeat(shown, 3, 1), 1e-3)
    same("labels", data["label"], labels)
    attribution, _ = arrays(folder + "attribution.h5")
    same("relevance", attribution["attribution"], relevance[good])
    same("predictions", attribution["prediction"], want.astype("f4"), 1e-5 * np.abs(want).max())
    same("labels of relevance", attribution["label"], labels)
    same("places of relevance", attribution["index"], np.arange(12, dtype="u4"))

    clusters = json.loads(done.stdout)["clusters"]
    analysis, attributes = arrays(folder + "analysis.h5")
    same("places of clusters", analysis["all/index"], np.arange(12, dtype="u4"))
    same("clusters", analysis["all/cluster/kmeans-02"], np.array([clusters["labels"][i] for i in good], "i4"))
    same("embedding", analysis["all/embedding/spectral"], np.load(name + "-out/embedding.npy"))
    same("eigenvalues", attributes["all/embedding/spectral"]["eigenvalue"], np.array(clusters["eigenvalues"]), 1e-8)
    about = attributes["all/cluster/kmeans-02"]
    expect(f"attributes {about}", about["embedding"] == "spectral" and about["k"] == 2 and about["index"].tolist() == [0, 1])
    with open(folder + "label-map.json") as file:
        expect("label map", json.load(file) == [{"index": i, "word_net_id": f"{i:08}", "name": label} for i, label in enumerate(LABELS)])
    with open(folder + "project.yaml") as file:
        lines = [line.strip() for line in file]
    strategy = "true_label" if (want.argmax(1) == labels).all() else "predicted_label"
    for line in (f'model: "{name}.onnx"', 'path: "dataset.h5"', '- "attribution.h5"', '- "analysis.h5"', 'label_map: "label-map.json"', f'attribution_strategy: "{strategy}"'):
        expect(f"{line} stands in {lines}", line in lines)

    run("merge", name + "-out", "--h5", "again")
    for kind in ("dataset", "attribution"):
        with open(f"{folder}{kind}.h5", "rb") as one, open(f"again-{kind}.h5", "rb") as other:
            expect(f"{kind}.h5 is the same again", one.read() == other.read())


def check_targets(random):
    """Targets that are the samples' own classes: their labels are what is explained."""
    run("batch", "net3.onnx", "--inputs", "list.txt", "--output-dir", "aimed", "--labels", "labels.txt", "--skip-checks")
    run("merge", "aimed", "--h5", "aimed")
    with open("aimed/project.yaml") as file:
        expect("true labels are explained", 'attribution_strategy: "true_label"' in file.read())


def check_arrays(random):
    """Arrays have no pixels: they are shown as they are."""
    os.makedirs("arrays")
    values = random.standard_normal((5, 3, 6, 5)).astype("f4")
    for i in range(5):
        np.save(f"arrays/{i}.npy", values[i])
    run("batch", "net3.onnx", "arrays", "--output-dir", "arrays-out", "--skip-checks")
    run("merge", "arrays-out", "--h5", "arrays-out")
    same("arrays", arrays("arrays-out/dataset.h5")[0]["data"], values)
    with open("arrays-out/label-map.json") as file:
        expect("labels without names are numbers", [row["name"] for row in json.load(file)] == [f"class {i}" for i in range(4)])


def check_refused(random):
    with open("dense.onnx", "wb") as file:
        file.write(model([node("Gemm", "x w", "y", name="dense")], {"x": (FLOAT, [1, 4])}, {"y": (FLOAT, [1, 3])}, {"w": tensor([1.0] * 12, (4, 3))}))
    os.makedirs("vectors")
    for i in range(4):
        np.save(f"vectors/{i}.npy", random.standard_normal((1, 4)).astype("f4"))
    run("batch", "dense.onnx", "vectors", "--output-dir", "vectors-out")
    run("merge", "vectors-out", "--h5", "no", code=3, says="heatmaps")
    os.symlink("net3.onnx", "link-dataset.h5")
    with open("net3.onnx", "rb") as file:
        before = file.read()
    run("merge", "arrays-out", "--h5", "link", code=2, says="--h5")
    with open("net3.onnx", "rb") as file:
        expect("the model is as it was", file.read() == before)
    os.rename("arrays/2.npy", "arrays/2.old")
    run("merge", "arrays-out", "--h5", "no", code=3, says="arrays/2.npy")
    os.rename("arrays/2.old", "arrays/2.npy")
    network("net3.onnx", 3, np.ones((4, 3), "f4"))
    run("merge", "arrays-out", "--h5", "no", code=3, says="the model has changed")
    expect("nothing is left of what was refused", not [name for name in os.listdir(".") if name.startswith("no-") or name.startswith(".")])


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("labels.txt", "w") as file:
        file.write("\n".join(LABELS) + "\n")
    with open("list.txt", "w") as file:
        file.writelines(f"net3/{LABELS[i % 3]}/{i:02}.ppm\t{LABELS[i % 3]}\n" for i in range(6))
    os.mkdir("empty")
    without = subprocess.run([BINARY, "merge", "empty", "--h5", "no"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if "HDF5" in without.stderr:
        expect(f"without the library: exit 4, not {without.returncode}", without.returncode == 4)
        print("skipped: the build has no HDF5 library: " + without.stderr)
        sys.exit(1 if failures else 77)
    try:
        import h5py
    except ImportError:
        print("skipped: no h5py")
        sys.exit(77)
    generator = np.random.default_rng(5)
    check_pictures(generator, 3)
    check_pictures(generator, 1)
    check_targets(generator)
    check_arrays(generator)
    check_refused(generator)
    os.chdir("/")
for failure in failures:
    print(failure)
print(f"virelay: {'failed' if failures else 'ok'}")
sys.exit(bool(failures))
