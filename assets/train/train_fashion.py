#!/usr/bin/env python3
"""Trains networks like assets/demo/vgg.onnx on Fashion-MNIST and writes them as ONNX.

usage: train_fashion.py IDX_FOLDER OUT.onnx [--activation relu|hard-swish] [--epochs N] [--seed N]
Needs Debian's python3-torch (1.13) and python3-numpy. IDX_FOLDER holds the four files of Fashion-MNIST (MIT licence, Zalando
Research, https://github.com/zalandoresearch/fashion-mnist), as they are or unpacked:
    train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz  t10k-images-idx3-ubyte.gz  t10k-labels-idx1-ubyte.gz
Pictures go in as (x / 255 - 0.2860) / 0.3530.
"""
import argparse
import gzip
import os
import struct
import sys

import numpy as np
import torch
from torch import nn

MEAN, STD = 0.2860, 0.3530


def read_idx(folder, name):
    """The array of an IDX file: a big-endian header (two zeros, type 8 = bytes, rank, dimensions), then the bytes."""
    for path, opener in ((os.path.join(folder, name + ".gz"), gzip.open), (os.path.join(folder, name), open)):
        if os.path.exists(path):
            with opener(path, "rb") as file:
                data = file.read()
            zeros, kind, rank = struct.unpack(">HBB", data[:4])
            if zeros != 0 or kind != 8:
                sys.exit(f"{path}: not an IDX file of bytes")
            shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
            return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)
    sys.exit(f"{folder}: neither {name}.gz nor {name} is there; see --help for where they come from")


def load(folder, part):
    images = torch.from_numpy(read_idx(folder, f"{part}-images-idx3-ubyte").astype(np.float32))
    labels = torch.from_numpy(read_idx(folder, f"{part}-labels-idx1-ubyte").astype(np.int64))
    return ((images / 255 - MEAN) / STD).unsqueeze(1), labels


class Vgg(nn.Module):
    """Three blocks of two 3x3 convolutions and a max pooling, then two dense layers; 147k parameters."""

    def __init__(self, activation, widths=(16, 32, 64)):
        super().__init__()
        layers, channels = [], 1
        for width in widths:
            for _ in range(2):
                layers += [nn.Conv2d(channels, width, 3, padding=1), activation()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Linear(channels * 3 * 3, 128), activation(), nn.Dropout(0.3), nn.Linear(128, 10))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def train(model, images, labels, epochs, batch=128):
    steps = epochs * ((len(images) + batch - 1) // batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for chosen in torch.randperm(len(images)).split(batch):
            x = images[chosen]
            flipped = torch.rand(len(x)) < 0.5
            x[flipped] = x[flipped].flip(-1)
            loss = nn.functional.cross_entropy(model(x), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(x)
        print(f"epoch {epoch + 1}: loss {total / len(images):.4f}", flush=True)


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return right / len(images)


def export(model, path):
    """Opset 13, batch size free; 14 where an operator needs it (HardSwish)."""
    model.eval()
    opset = 14 if any(isinstance(m, nn.Hardswish) for m in model.modules()) else 13
    torch.onnx.export(model, torch.zeros(1, 1, 28, 28), path, opset_version=opset, input_names=["input"],
                      output_names=["logits"], dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--activation", choices=("relu", "hard-swish"), default="relu")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    model = Vgg({"relu": nn.ReLU, "hard-swish": nn.Hardswish}[options.activation])
    train(model, *load(options.folder, "train"), options.epochs)
    print(f"test accuracy {accuracy(model, *load(options.folder, 't10k')):.4f}")
    export(model, options.out)


main()
