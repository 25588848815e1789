#!/usr/bin/env python3
"""test_clusters.py BINARY: batch --from --cluster against numpy: eigenvalues of the normalised Laplacian of the graph of nearest
neighbours, embedding, clusters that lie apart, medoids, mean heatmaps; graphs in several parts, heatmaps that hold no numbers."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

BINARY = os.path.abspath(sys.argv[1])
failures = []


def batch(*arguments, code=0):
    done = subprocess.run([BINARY, "batch", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode != code:
        failures.append(f"{arguments}: exit {done.returncode}, not {code}: {done.stderr}")
        return {}
    return json.loads(done.stdout)["clusters"] if "--json" in arguments else done.stderr


def reference(maps, pool, neighbours, signed):
    n, channels, height, width = maps.shape
    grown = np.zeros((n, -(-height // pool) * pool, -(-width // pool) * pool))
    grown[:, :height, :width] = maps.astype("f8").sum(1)
    r = grown.reshape(n, grown.shape[1] // pool, pool, grown.shape[2] // pool, pool).sum((2, 4)).reshape(n, -1)
    r /= (r if signed else np.abs(r)).sum(1, keepdims=True)
    distance = np.sqrt(((r[:, None] - r[None]) ** 2).sum(-1))
    k = np.zeros((n, n))
    for i in range(n):
        k[i, [j for j in np.argsort(distance[i], kind="stable") if j != i][:neighbours]] = 1
    a = (k + k.T) / 2
    root = np.sqrt(a.sum(1))
    values, vectors = np.linalg.eigh(np.eye(n) - a / root / root[:, None])
    return values, vectors, distance


def check(name, maps, text, pool, neighbours, signed, kinds=None):
    np.save("maps.npy", maps.astype("f4"))
    got = batch("--from", "maps.npy", "--cluster", text, "--json", "--output-dir", "out")
    if not got:
        return
    values, vectors, distance = reference(maps.astype("f4"), pool, neighbours, signed)
    m = len(got["eigenvalues"])
    if not np.allclose(got["eigenvalues"], values[:m], atol=1e-8):
        failures.append(f"{name}: eigenvalues {got['eigenvalues']}, not {values[:m]}")
    embedding = np.load("out/embedding.npy").astype("f8")
    for k in range(m): # vectors of a value that stands apart are the same up to their sign
        if min([1] + [abs(values[k] - values[j]) for j in (k - 1, k + 1) if j >= 0]) > 1e-3:
            v = vectors[:, k] * np.sign(vectors[np.abs(vectors[:, k]).argmax(), k])
            if np.abs(v - embedding[:, k]).max() > 1e-5:
                failures.append(f"{name}: vector {k} is off by {np.abs(v - embedding[:, k]).max()}")
    labels = np.array(got["labels"])
    if kinds is not None and any((labels == labels[i]).tolist() != (kinds == kinds[i]).tolist() for i in range(len(kinds))):
        failures.append(f"{name}: labels {labels}")
    for k, (size, medoid) in enumerate(zip(got["sizes"], got["medoids"])):
        members = np.flatnonzero(labels == k)
        sums = distance[np.ix_(members, members)].sum(1)
        if size != len(members) or distance[medoid, members].sum() > sums.min() + 1e-9:
            failures.append(f"{name}: cluster {k} of {size} has the medoid {medoid}")
        mean = np.load(f"out/cluster-{k}.npy")
        if not np.allclose(mean, maps.astype("f4")[members].mean(0, keepdims=True), atol=1e-5):
            failures.append(f"{name}: the mean of cluster {k}")
        for picture in (f"cluster-{k}", f"cluster-{k}-medoid"):
            with open(f"out/{picture}.png", "rb") as file:
                head = file.read(24)
            shown = maps.shape[3] / maps.shape[2] # enlarged, if at all, in proportion
            if head[:8] != b"\x89PNG\r\n\x1a\n" or int.from_bytes(head[16:20], "big") != shown * int.from_bytes(head[20:24], "big"):
                failures.append(f"{name}: {picture}.png")
    with open("out/clusters.json") as file:
        if json.load(file)["clusters"] != got:
            failures.append(f"{name}: clusters.json differs")


def blobs(random, kinds, side, channels, noise):
    """A bump in a place of its own for every kind."""
    y, x = np.mgrid[:side, :side]
    places = [(2, 2), (side - 3, 3), (side // 2, side - 4)]
    bumps = np.array([np.exp(-((y - a) ** 2 + (x - b) ** 2) / 6) for a, b in places])
    return bumps[kinds][:, None] / channels + noise * random.standard_normal((len(kinds), channels, side, side))


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    random = np.random.default_rng(7)
    kinds = np.arange(60) % 3
    check("three kinds", blobs(random, kinds, 12, 3, .02), "spray(pool=2,neighbours=6,eigenvectors=8,clusters=3)", 2, 6, False, kinds)
    check("gap", blobs(random, kinds, 12, 1, .01), "spray(neighbours=8)", 1, 8, False)
    check("signed, cut at the border", blobs(random, kinds, 13, 2, .02), "spray(pool=3,normalise=sum,neighbours=7,eigenvectors=5,clusters=2)", 3, 7, True)
    check("large", blobs(random, kinds, 40, 1, .05), "spray(clusters=3,eigenvectors=4)", 3, 10, False, kinds)
    apart = np.concatenate([blobs(random, kinds[:30], 8, 1, .001)])
    check("parts", apart, "spray(neighbours=3,eigenvectors=5,clusters=3)", 1, 3, False, kinds[:30])
    many = random.standard_normal((300, 1, 6, 6))
    check("no kinds", many, "spray(eigenvectors=12,clusters=4)", 1, 10, False)
    holes = blobs(random, kinds, 12, 1, .02)
    holes[[4, 9]] = np.nan
    np.save("holes.npy", holes.astype("f4"))
    labels = batch("--from", "holes.npy", "--cluster", "spray(clusters=3)", "--json").get("labels", [0] * 60)
    if [i for i, label in enumerate(labels) if label is None] != [4, 9]:
        failures.append(f"heatmaps without numbers: {labels}")
    np.save("two.npy", many[:2].astype("f4")), np.save("flat.npy", np.zeros((4, 3), "f4"))
    for file, text, code, word in (("two.npy", "spray", 2, "at least 3"), ("flat.npy", "spray", 3, "heatmaps are"), ("holes.npy", "spray(clusters=9,eigenvectors=4)", 2, "eigenvectors"),
                                   ("holes.npy", "kmeans", 2, "spray"), ("missing.npy", "spray", 3, "missing.npy")):
        if word not in batch("--from", file, "--cluster", text, code=code):
            failures.append(f"{file} {text}: the message does not say {word}")
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
sys.exit(bool(failures))
