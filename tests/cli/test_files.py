"""What counts as an input and as a model: arrays by name, folders as hubs lay them out. test_files.py BINARY DEMO_FOLDER"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy as np

BINARY, DEMO = sys.argv[1:]
MODEL, PICTURE, LABELS = (os.path.join(DEMO, name) for name in ("vgg.onnx", "boot.png", "labels.txt"))
failed = []


def run(*arguments, stdin=None):
    return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True)


def holds(condition, what):
    if not condition:
        failed.append(what)
        print("FAILED:", what)


def safetensors(path, arrays):
    header, data = {}, b""
    for name, array in arrays.items():
        header[name] = {"dtype": {"float32": "F32", "uint8": "U8"}[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    header = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + data)


def relevance(folder, source, *options, stdin=None, model=MODEL):
    out = os.path.join(folder, "out.npy")
    if os.path.exists(out):
        os.remove(out)
    result = run("explain", model, source, "--relevance", out, *options, stdin=stdin)
    return np.load(out) if result.returncode == 0 else result.stderr.decode()


with tempfile.TemporaryDirectory() as folder:
    rng = np.random.default_rng(1)
    name = "input"  # of the demo's model
    x = rng.random((1, 1, 28, 28), dtype=np.float32)
    other = rng.random((1, 1, 28, 28), dtype=np.float32)

    def path(end):
        return os.path.join(folder, "x" + end)

    np.save(path(".npy"), x)
    wanted = relevance(folder, path(".npy"))
    holds(isinstance(wanted, np.ndarray), f"a plain array: {wanted}")

    # one array in a file needs no name, of several it is the input's; compressed or not; the batch axis may be missing
    np.savez(path("-one.npz"), anything=x)
    np.savez_compressed(path("-packed.npz"), **{name: x[0], "other": other})
    safetensors(path("-one.safetensors"), {"anything": x})
    safetensors(path("-two.safetensors"), {"other": other, name: x[0]})
    np.save(path("-fortran.npy"), np.asfortranarray(x))
    for end in "-one.npz", "-packed.npz", "-one.safetensors", "-two.safetensors", "-fortran.npy":
        for source, stdin in (path(end), None), ("-", open(path(end), "rb").read()):
            got = relevance(folder, source, stdin=stdin)
            holds(isinstance(got, np.ndarray) and np.array_equal(got.reshape(-1), wanted.reshape(-1)), f"{end} {source}: {got}")
    whole = rng.integers(0, 256, (28, 28)).astype(np.uint8)
    np.save(path("-float.npy"), whole[None, None].astype(np.float32))
    np.save(path("-uint8.npy"), whole[None])
    holds(np.array_equal(relevance(folder, path("-uint8.npy")), relevance(folder, path("-float.npy"))), "uint8 arrays")

    # several arrays, none of them called like the input: named, not guessed
    np.savez(path("-none.npz"), left=x, right=other)
    said = relevance(folder, path("-none.npz"))
    holds(isinstance(said, str) and all(word in said for word in (name, "left.npy", "right.npy", "-none.npz")), f"choice: {said}")
    # damaged archives end with a line and 3, wherever they are cut or spoilt
    for end in "-packed.npz", "-one.npz", "-two.safetensors":
        whole = open(path(end), "rb").read()
        for cut in list(range(0, 120, 7)) + [len(whole) // 2, len(whole) - 30, len(whole) - 1]:
            with open(path("-cut"), "wb") as file:
                file.write(whole[:cut])
            result = run("run", MODEL, path("-cut"))
            holds(result.returncode == 3 and result.stderr.count(b"\n") == 1, f"{end} cut at {cut}: {result}")
        for at in range(0, len(whole), max(1, len(whole) // 150)):
            with open(path("-cut"), "wb") as file:
                file.write(whole[:at] + bytes([whole[at] ^ 0xff]) + whole[at + 1:])
            result = run("run", MODEL, path("-cut"))
            holds(result.returncode in (0, 3), f"{end} spoilt at {at}: {result}")
    # what is accepted is named
    with open(path(".txt"), "w") as file:
        file.write("no picture\n")
    said = run("run", MODEL, path(".txt")).stderr.decode()
    holds(all(word in said for word in ("PNG", "JPEG", ".npy", ".npz", ".safetensors")), f"what is accepted: {said}")

    # ---- a folder as hubs lay them out ----
    hub = os.path.join(folder, "hub")
    os.makedirs(os.path.join(hub, "onnx"))
    shutil.copy(MODEL, os.path.join(hub, "onnx", "model.onnx"))
    with open(os.path.join(hub, "preprocessor_config.json"), "w") as file:
        json.dump({"do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.2860],
                   "image_std": [0.3530]}, file)
    with open(os.path.join(hub, "config.json"), "w") as file:
        json.dump({"first": "x" * 100000, "id2label": {str(i): f"thing {i}" for i in range(10)}}, file)
    options = ["--scale", "1/255", "--mean", "0.2860", "--std", "0.3530"]
    by_hand = relevance(folder, PICTURE, *options)
    by_hub = relevance(folder, PICTURE, model=hub)
    holds(isinstance(by_hub, np.ndarray) and np.array_equal(by_hand, by_hub), f"a hub folder: {by_hub}")
    result = run("run", hub, PICTURE)
    holds(b"thing 9" in result.stdout, f"labels of the folder: {result}")
    holds(result.stderr.count(b"\n") == 1 and all(word in result.stderr for word in (
        b"onnx/model.onnx", b"preprocessor_config.json", b"config.json")), f"what was taken is said, in one line: {result.stderr}")
    result = run("run", hub, PICTURE, "--labels", LABELS)  # options beat the folder
    holds(b"thing 9" not in result.stdout and result.returncode == 0, f"labels by option: {result}")
    # beside a plain model they are pointed at, not used
    result = run("run", os.path.join(hub, "onnx", "model.onnx"), PICTURE)
    holds(b"thing" not in result.stdout, "nothing is used unasked")
    shutil.copy(MODEL, os.path.join(hub, "other.onnx"))
    result = run("run", os.path.join(hub, "other.onnx"), PICTURE)
    holds(b"preprocessor_config.json lies beside the model: --preprocess" in result.stderr and b"thing" not in result.stdout,
          f"pointed at: {result}")
    # model.onnx, else onnx/model.onnx, else the only one
    shutil.rmtree(os.path.join(hub, "onnx"))
    holds(b"other.onnx" in run("layers", hub).stderr, "the only model")
    shutil.copy(MODEL, os.path.join(hub, "second.onnx"))
    result = run("layers", hub)
    holds(result.returncode == 3 and all(word in result.stderr for word in (b"other.onnx", b"second.onnx")), f"two models: {result}")
    shutil.copy(MODEL, os.path.join(hub, "model.onnx"))
    holds(run("layers", hub).returncode == 0, "model.onnx before others")
    os.makedirs(os.path.join(folder, "empty"))
    result = run("layers", os.path.join(folder, "empty"))
    holds(result.returncode == 3 and b".onnx" in result.stderr, f"no model: {result}")

    # ---- hub:ORG/NAME: the local cache, never the network ----
    snapshots = os.path.join(folder, "home", "hub", "models--org--name", "snapshots")
    os.makedirs(os.path.dirname(snapshots) + "/refs")
    shutil.copytree(hub, os.path.join(snapshots, "0123abc"))
    with open(os.path.dirname(snapshots) + "/refs/main", "w") as file:
        file.write("0123abc")
    os.environ["HF_HOME"] = os.path.join(folder, "home")
    for spelled, code in ("hub:org/name", 0), ("hub:org/name@0123abc", 0), ("hub:org/name@main", 0), ("hub:org/none", 3), (
            "hub:org/name@dev", 3), ("hub:../name", 2), ("hub:name", 2):
        result = run("layers", spelled)
        holds(result.returncode == code, f"{spelled}: {result.returncode} {result.stderr}")

    # ---- standard output as a file ----
    png = os.path.join(folder, "h.png")
    run("explain", MODEL, PICTURE, *options, "--heatmap", png)
    result = run("explain", MODEL, PICTURE, *options, "--heatmap", "-")
    holds(result.stdout == open(png, "rb").read(), f"--heatmap -: {result.stdout[:60]} {result.stderr}")
    result = run("explain", MODEL, PICTURE, *options, "--relevance", "-")
    np.save(path("-again.npy"), by_hand)
    holds(result.stdout == open(os.path.join(folder, "out.npy"), "rb").read() or result.stdout[:6] == b"\x93NUMPY", "--relevance -")
    result = run("run", MODEL, PICTURE, "--output", "-")
    holds(result.stdout[:6] == b"\x93NUMPY", f"--output -: {result.stdout[:60]}")
    result = run("explain", MODEL, PICTURE, "--relevance", "-", "--heatmap", "-")
    holds(result.returncode == 2, f"two on standard output: {result}")
sys.exit(1 if failed else 0)
