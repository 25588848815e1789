#!/usr/bin/env python3
"""Trains the text demo, assets/demo/packages: which section of Debian a package is of, told from its one-line description.

usage: train_packages.py OUT_FOLDER [--lists FOLDER] [--steps N] [--seed N]
Needs torch and tokenizers, and onnx to write the model. The data are the package lists apt keeps in /var/lib/apt/lists (`apt-get
update` fetches them); of them only a vocabulary of word pieces goes into the demo. A transformer of one layer: some minutes on one
core. Writes model.onnx, tokenizer.json and config.json to OUT_FOLDER and says how many of the descriptions held back it tells right.
"""
import argparse
import collections
import glob
import json
import os
import re
import subprocess
import sys

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn

CLASSES = {"games": ["games"], "science": ["science", "math"], "sound": ["sound"], "fonts": ["fonts"], "translations": ["localization"],
           "mail": ["mail"], "databases": ["database"], "web": ["web", "httpd"]}
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
PAD, UNK, CLS, SEP = range(4)
WORDS, ENDS, LONGEST, WIDTH, HEADS, BATCH = 2000, 300, 48, 48, 2, 64


def read_descriptions(folder):
    """(text, class) of every package of these sections, no text twice, in the order of their texts."""
    section_class = {section: number for number, sections in enumerate(CLASSES.values()) for section in sections}
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*_main_*_Packages*"))):
        lists = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path], check=True, capture_output=True, text=True).stdout
        for entry in lists.split("\n\n"):
            fields = dict(re.findall(r"^(Section|Description): (.*)$", entry, re.M))
            if fields.get("Section") in section_class and fields.get("Description"):
                found[fields["Description"]] = section_class[fields["Section"]]
    if not found:
        sys.exit(f"{folder}: no package lists are there; `apt-get update` fetches them")
    return sorted(found.items())


def most_frequent(pieces, number):
    """Equally frequent ones by the alphabet: the same texts always give the same vocabulary, as the library's trainer does not."""
    return [piece for piece, _ in sorted(collections.Counter(pieces).items(), key=lambda item: (-item[1], item[0]))[:number]]


def make_vocabulary(words):
    """Letters, the most frequent words and, for the rest, the ends that most words have."""
    letters = sorted({letter for word in words for letter in word})
    found = SPECIAL + letters + ["##" + letter for letter in letters]
    found += most_frequent((word for word in words if len(word) > 1), WORDS)
    ends = ("##" + word[-length:] for word in sorted(set(words)) for length in range(2, 6) if len(word) > length + 1)
    return {piece: number for number, piece in enumerate(found + most_frequent(ends, ENDS))}


def make_tokenizer(texts):
    """Words in lower case, or pieces of them, each text between [CLS] and [SEP]."""
    normalizer, cut = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    words = [word for text in texts for word, _ in cut.pre_tokenize_str(normalizer.normalize_str(text))]
    tokenizer = Tokenizer(models.WordPiece(make_vocabulary(words), unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, cut
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)])
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


class Block(nn.Module):
    """Attention and a feed-forward network, each after a norm and beside a residual connection."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.drop = nn.Dropout(0.2)

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

    def forward(self, x, hidden):
        y = self.norm1(x)
        scores = self.split(self.query(y)) @ self.split(self.key(y)).transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
        context = (scores + hidden[:, None, None]).softmax(-1) @ self.split(self.value(y))
        x = x + self.drop(self.out(context.transpose(1, 2).flatten(2)))
        return x + self.drop(self.down(nn.functional.gelu(self.up(self.norm2(x)))))


class Classifier(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.words, self.places = nn.Embedding(words, WIDTH), nn.Embedding(LONGEST, WIDTH)
        self.block, self.norm, self.drop = Block(), nn.LayerNorm(WIDTH), nn.Dropout(0.2)
        self.head = nn.Linear(WIDTH, len(CLASSES))
        nn.init.normal_(self.words.weight, std=0.3)
        nn.init.normal_(self.places.weight, std=0.02)

    def forward(self, input_ids, attention_mask):
        x = self.words(input_ids) + self.places(torch.arange(input_ids.shape[1]))
        x = self.block(self.drop(x), (1 - attention_mask.float()) * -10000.0)
        return self.head(self.norm(x[:, 0]))  # at [CLS], which has seen all words


def make_batch(rows):
    longest = max(len(ids) for ids, _ in rows)
    ids = torch.tensor([ids + [PAD] * (longest - len(ids)) for ids, _ in rows])
    return ids, (ids != PAD).long(), torch.tensor([number for _, number in rows])


def hide_words(ids):
    """Every seventh word, at random, becomes [UNK]: no class may rest on one word alone."""
    return torch.where((torch.rand(ids.shape) < 1 / 7) & (ids > SEP), UNK, ids)


def train(network, rows, steps):
    """Each batch has as many texts of every class: the small ones count as much as the large."""
    of_class = [[row for row in rows if row[1] == number] for number in range(len(CLASSES))]
    learn = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=0.05)
    plan = torch.optim.lr_scheduler.OneCycleLR(learn, 4e-3, steps)
    for step in range(steps):
        chosen = [texts[torch.randint(len(texts), ()).item()] for texts in of_class for _ in range(BATCH // len(CLASSES))]
        ids, mask, wanted = make_batch(chosen)
        loss = nn.functional.cross_entropy(network(hide_words(ids), mask), wanted)
        learn.zero_grad()
        loss.backward()
        learn.step()
        plan.step()
        if step % 100 == 99:
            print(f"step {step + 1}: loss {loss.item():.3f}", flush=True)


def tell(network, rows):
    ids, mask, wanted = make_batch(rows)
    with torch.no_grad():
        right = network(ids, mask).argmax(-1) == wanted
    print(f"{right.sum()} of {len(rows)} descriptions held back are told right ({right.float().mean():.1%})")
    for number, name in enumerate(CLASSES):
        print(f"  {name}: {right[wanted == number].float().mean():.1%} of {(wanted == number).sum()}")


def export(network, path):
    example = torch.tensor([[CLS, 100, 101, SEP]])
    axes = {0: "batch", 1: "sequence"}
    torch.onnx.export(network, (example, torch.ones_like(example)), path, input_names=["input_ids", "attention_mask"],
                      output_names=["logits"], opset_version=17, dynamo=False,
                      dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "batch"}})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--lists", default="/var/lib/apt/lists")
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    data = read_descriptions(options.lists)
    rows = [data[i] for i in torch.randperm(len(data)).tolist()]
    held = len(rows) // 6
    tokenizer = make_tokenizer([text for text, _ in rows[held:]])
    tokenizer.save(os.path.join(options.out, "tokenizer.json"), pretty=False)
    rows = [(tokenizer.encode(text).ids, number) for text, number in rows]
    print(f"{len(rows)} descriptions, {tokenizer.get_vocab_size()} word pieces", flush=True)
    network = Classifier(tokenizer.get_vocab_size())
    train(network, rows[held:], options.steps)
    network.eval()
    tell(network, rows[:held])
    export(network, os.path.join(options.out, "model.onnx"))
    with open(os.path.join(options.out, "config.json"), "w", encoding="utf-8") as file:
        json.dump({"id2label": {str(number): name for number, name in enumerate(CLASSES)}}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
