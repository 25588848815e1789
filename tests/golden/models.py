#!/usr/bin/env python3
"""Runs real trained models and compares with what other runtimes answered.

usage: models.py BINARY MODELS_FOLDER NAME      one row of the tables below
       models.py --list                         their names
Exit 0: agrees, 1: does not, 77: skipped (no such folder, or no python3-numpy).
"""
import json
import os
import subprocess
import sys
import tempfile

SKIP = 77
FASHION = ["--scale", "1/255", "--mean", "0.2860", "--std", "0.3530"]
IMAGENET = ["--scale", "1/127.5", "--mean", "1", "--std", "1"]

# name: (model, input, output, tolerance relative to the largest answer)
OUTPUTS = {
    "vgg": ("fashion/vgg_op13.onnx", "fashion/vgg_input.npy", "fashion/vgg_logits.npy", 1e-5),
    "resnet-bn": ("fashion/resnet_bn_op13.onnx", "fashion/resnet_input.npy", "fashion/resnet_logits.npy", 1e-5),
    "resnet": ("fashion/resnet_op17.onnx", "fashion/resnet_input.npy", "fashion/resnet_logits.npy", 1e-5),
    "vit-13": ("fashion/vit_op13.onnx", "fashion/vit_input.npy", "fashion/vit_logits.npy", 1e-5),
    "vit-17": ("fashion/vit_op17.onnx", "fashion/vit_input.npy", "fashion/vit_logits.npy", 1e-5),
    "mobilenet-v2": ("mobilenet-v2/model.onnx", "mobilenet-v2/chelsea_input.npy", "mobilenet-v2/chelsea_output.npy", 1e-4),
    "resnet8-bn": ("resnet8-cifar10/bn.onnx", "resnet8-cifar10/ship_input.npy", "resnet8-cifar10/ship_output.npy", 1e-5),
    "resnet8": ("resnet8-cifar10/folded.onnx", "resnet8-cifar10/ship_input.npy", "resnet8-cifar10/ship_output.npy", 1e-5),
    "mnist-8": ("mnist-8/model.onnx", "mnist-8/test_data_set_0/input_0.pb", "mnist-8/test_data_set_0/output_0.pb", 1e-5),
}
LOADER = "loader-variants/"
for variant, tolerance in (("external", 1e-4), ("oldstyle", 1e-4), ("fp16", 5e-3)):
    OUTPUTS["mobilenet-v1-" + variant] = (f"{LOADER}mnv1_0.25_{variant}.onnx", LOADER + "mnv1_025_cat_input.npy",
                                          LOADER + "mnv1_025_cat_output.npy", tolerance)
for variant in ("bn", "float"):
    OUTPUTS["visual-wake-words-" + variant] = (f"{LOADER}vww_96_{variant}.onnx", LOADER + "vww_astronaut_input.npy",
                                               LOADER + "vww_astronaut_output.npy", 1e-4)

# name: (model, shape of random inputs): what canonization makes of a model computes what the file says, to 1e-5 of the largest
CANONIZED = {
    "canonized-season": (LOADER + "dianna_season.onnx", (1, 28, 1)),
    "canonized-dianna-mnist": (LOADER + "dianna_mnist.onnx", (1, 1, 28, 28)),
    "canonized-mnist-8": ("mnist-8/model.onnx", (1, 1, 28, 28)),
    "canonized-vgg": ("fashion/vgg_op13.onnx", (2, 1, 28, 28)),
    "canonized-resnet-bn": ("fashion/resnet_bn_op13.onnx", (2, 1, 28, 28)),
    "canonized-vit-13": ("fashion/vit_op13.onnx", (2, 1, 28, 28)),
    "canonized-vit-17": ("fashion/vit_op17.onnx", (2, 1, 28, 28)),
    "canonized-mobilenet-v1": (LOADER + "mnv1_0.25_oldstyle.onnx", (1, 3, 128, 128)),
    "canonized-visual-wake-words": (LOADER + "vww_96_bn.onnx", (1, 3, 96, 96)),
    "canonized-mobilenet-v2": ("mobilenet-v2/model.onnx", (1, 3, 224, 224)),
    "canonized-resnet8": ("resnet8-cifar10/bn.onnx", (1, 3, 32, 32)),
}

# name: (model, options, {picture: (class, smallest probability)}), as the models' page states
PICTURES = {
    "mobilenet-v2-pictures": ("mobilenet-v2/model.onnx", IMAGENET, {
        "mobilenet-v2/chelsea.png": ((281, 282, 283, 286), 0.3), "mobilenet-v2/coffee.png": ((968,), 0.9),
        "mobilenet-v2/camera.png": ((873,), 0.9)}),
    "vgg-pictures": ("fashion/vgg_op13.onnx", FASHION, {
        f"fashion/images/{name}.png": ((int(name[0]),), 0.5) for name in (
            "0_tshirt_00", "1_trouser_00", "1_trouser_05", "2_pullover_00", "3_dress_00", "4_coat_00", "5_sandal_00",
            "7_sneaker_00", "8_bag_00", "8_bag_05", "9_boot_00", "9_boot_05")}),
}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def read_pb(path):
    """A float TensorProto: dims is field 1, raw_data field 9, float_data field 4."""
    with open(path, "rb") as file:
        data = file.read()
    at, dims, raw = 0, [], b""
    while at < len(data):
        key, at = varint(data, at)
        size, at = varint(data, at)
        if key & 7 == 2:
            if key >> 3 in (4, 9):
                raw = data[at:at + size]
            elif key >> 3 == 1:
                end, inner = at + size, at
                while inner < end:
                    value, inner = varint(data, inner)
                    dims.append(value)
            at += size
        elif key >> 3 == 1:
            dims.append(size)
    return np.frombuffer(raw, "<f4").reshape(dims)


def read(path):
    return read_pb(path) if path.endswith(".pb") else np.load(path)


def run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def check_output(binary, folder, row):
    model, source, expected, tolerance = row
    want = read(f"{folder}/{expected}")
    with tempfile.TemporaryDirectory() as out:
        np.save(f"{out}/in.npy", read(f"{folder}/{source}"))
        run([binary, "run", f"{folder}/{model}", f"{out}/in.npy", "--output", f"{out}/out.npy"])
        if os.path.exists(f"{out}/out.npy"):
            got = np.load(f"{out}/out.npy")
        else:  # a model with a fixed batch writes a file per sample
            got = np.concatenate([np.load(f"{out}/out-{i}.npy").reshape(1, -1) for i in range(len(want))])
    if got.size != want.size:
        sys.exit(f"{model}: output {got.shape}, expected {want.shape}")
    error = np.abs(got.reshape(want.shape) - want).max() / np.abs(want).max()
    print(f"{model}: error {error:.1e} of the largest answer, allowed {tolerance:.0e}")
    return error <= tolerance


def check_canonized(binary, folder, row):
    model, shape = row
    with tempfile.TemporaryDirectory() as out:
        np.save(f"{out}/in.npy", np.random.default_rng(4).standard_normal(shape).astype(np.float32))
        for name, options in (("after", []), ("before", ["--no-canonize"])):
            run([binary, "run", f"{folder}/{model}", f"{out}/in.npy", "--output", f"{out}/{name}.npy", *options])
        after, before = np.load(f"{out}/after.npy"), np.load(f"{out}/before.npy")
    error = np.abs(after - before).max() / np.abs(before).max()
    print(f"{model}: canonization moves the output by {error:.1e}, allowed 1e-05")
    return after.shape == before.shape and error <= 1e-5


def check_pictures(binary, folder, row):
    model, options, pictures = row
    good = True
    for picture, (classes, least) in pictures.items():
        answer = run([binary, "run", f"{folder}/{model}", f"{folder}/{picture}", "--json", *options])
        top = json.loads(answer)["samples"][0]["top"][0]
        right = top["index"] in classes and top["probability"] >= least
        good = good and right
        print(f"{picture}: class {top['index']} at {top['probability']:.3f}, {'ok' if right else f'expected {classes}'}")
    return good


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join([*OUTPUTS, *CANONIZED, *PICTURES]))
        return 0
    binary, folder, name = sys.argv[1:]
    if not os.path.isdir(folder):
        print(f"{folder}: not there, skipped")
        return SKIP
    if name in OUTPUTS:
        good = check_output(binary, folder, OUTPUTS[name])
    elif name in CANONIZED:
        good = check_canonized(binary, folder, CANONIZED[name])
    else:
        good = check_pictures(binary, folder, PICTURES[name])
    return 0 if good else 1


try:
    import numpy as np
except ImportError:
    if sys.argv[1:] != ["--list"]:
        print("python3-numpy is missing, skipped")
        sys.exit(SKIP)
sys.exit(main())
