#!/usr/bin/env python3
"""Makes golden.json, and the small tokenizers that are not copied from elsewhere, with Hugging Face's tokenizers and sentencepiece:
    python3 -m venv V && V/bin/pip install tokenizers sentencepiece && V/bin/python tests/tokenizers/make.py
The five *.tokenizer.json that are not made here are tiny cuts of the pipelines they are named after."""
import json, os, random
import sentencepiece as spm
from tokenizers import AddedToken, Tokenizer, Regex, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
os.chdir(HERE)
CORPUS = ["the quick brown fox jumps over the lazy dog", "Hello world, hello LICENSE: don't you'll WE'RE", "naïve café straße 12 345 6789",
          "tokens are pieces of words; words are pieces of texts", "日本語 と 中文 ½ Ⅷ ﬁne", "copyright (c) 2020 2021 GNU General Public License"] * 3
BYTES = pre_tokenizers.ByteLevel.alphabet()
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
UPPER, LOWER, LEAD, ENDS = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", r"[^\r\n\p{L}\p{N}]?", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = f"{LEAD}{UPPER}*{LOWER}+{ENDS}|{LEAD}{UPPER}+{LOWER}*{ENDS}" + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def llama2():
    t = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=380, special_tokens=["<unk>", "<s>", "</s>"] + ["<0x%02X>" % i for i in range(256)]))
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    return t


def unigram():
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    t.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=120, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>"))
    t.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return t


def sentencepiece():
    """A precompiled map of characters made from a few rules, small enough to keep."""
    with open("/tmp/rules.tsv", "w") as f:
        for a, b in (("\ufb01", "fi"), ("\u2167", "VIII"), ("\u3000", " "), ("\t", " "), ("e\u0301", "\u00e9"), ("\uff21", "A"), ("\u00ad", "")):
            f.write(" ".join("%X" % ord(c) for c in a) + "\t" + " ".join("%X" % ord(c) for c in b) + "\n")
    with open("/tmp/corpus.txt", "w") as f:
        f.write("\n".join(CORPUS))
    spm.SentencePieceTrainer.train(input="/tmp/corpus.txt", model_prefix="/tmp/sp", vocab_size=110, hard_vocab_limit=False,
                                   normalization_rule_tsv="/tmp/rules.tsv", minloglevel=2)
    s = spm.SentencePieceProcessor(model_file="/tmp/sp.model")
    pieces = [(s.id_to_piece(i), s.get_score(i)) for i in range(s.get_piece_size())]
    t = Tokenizer(models.Unigram(pieces, s.unk_id(), False))
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap("/tmp/sp.model")), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return t


def charsmap(path):
    """normalizer_spec (3) . precompiled_charsmap (2) of the model file."""
    def fields(data):
        at = 0
        while at < len(data):
            tag, at = varint(data, at)
            if tag & 7 == 2:
                n, at = varint(data, at)
                yield tag >> 3, data[at:at + n]
                at += n
            elif tag & 7 == 0:
                _, at = varint(data, at)
            else:
                at += 4 if tag & 7 == 5 else 8

    def varint(data, at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            shift += 7
            at += 1
            if not data[at - 1] & 128:
                return value, at

    spec = dict(fields(open(path, "rb").read()))[3]
    return dict(fields(spec))[2]


def roberta():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=330, special_tokens=["<s>", "</s>", "<mask>"], initial_alphabet=BYTES))
    t.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0), trim_offsets=True, add_prefix_space=True)
    return t


def clip():
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CLIP), "removed", True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=600, special_tokens=["<unk>"], end_of_word_suffix="</w>", initial_alphabet=BYTES))
    return t


def o200k():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(O200K), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=320, initial_alphabet=BYTES))
    return t


def words():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=150, special_tokens=["[UNK]"]))
    t.add_tokens(["Foo bar"])
    t.add_special_tokens(["<mask>"])
    return t


def signs():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.Digits()])
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=150, special_tokens=["[UNK]"]))
    return t


def mask():
    """An added token that takes the blanks round it with it."""
    t = roberta()
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=True, special=True)])
    return t


def cut(direction, strategy, most):
    t = signs()
    t.post_processor = processors.TemplateProcessing(single="$A [UNK]", pair="$A [UNK] $B:1", special_tokens=[("[UNK]", 0)])
    t.enable_truncation(most, strategy=strategy, direction=direction)
    return t


def cut_left():
    return cut("left", "longest_first", 8)


def cut_second():
    return cut("right", "only_second", 260)


def whole_words(splitter):
    t = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFC()])
    t.pre_tokenizer = splitter
    t.train_from_iterator(CORPUS, trainers.WordLevelTrainer(vocab_size=60, special_tokens=["[UNK]"]))
    return t


def delimiter():
    return whole_words(pre_tokenizers.CharDelimiterSplit(" "))


def length():
    return whole_words(pre_tokenizers.FixedLength(length=3))


def scripts():
    """Cut where the script changes; signs that one normalisation takes apart and puts in another order; unknown ones as they are."""
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKD(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.UnicodeScripts(), pre_tokenizers.Metaspace()])
    t.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=90, special_tokens=["<unk>"], unk_token="<unk>"))
    return t


def marks():
    """Marks that are put in order keep track of where they stood."""
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=270, initial_alphabet=BYTES))
    t.add_tokens([AddedToken("Foo", normalized=True)])
    return t


def letters():
    """Bytes become letters before the text is cut."""
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.ByteLevel()])
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=270, initial_alphabet=BYTES))
    return t


def zeros(fallback):
    """U+0000, in pieces and without one."""
    pieces = [("<unk>", 0.0), ("\u2581", -2.0), ("a", -3.0), ("b", -3.1), ("ab", -4.0), ("\u2581a", -3.5), ("nul", -3.2)]
    if fallback:
        pieces += [(f"<0x{i:02X}>", -9.0) for i in range(256)]
    else:
        pieces += [("\0", -2.5), ("a\0", -4.2), ("\0b", -4.4), ("\u2581\0", -5.0)]
    t = Tokenizer(models.Unigram(pieces, 0, fallback))
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    return t


def unigram_zeros():
    return zeros(False)


def unigram_zero_bytes():
    return zeros(True)


MADE = {f.__name__: f for f in (llama2, unigram, sentencepiece, roberta, clip, o200k, words, signs, mask, cut_left, cut_second, delimiter, length, scripts, marks, letters, unigram_zeros, unigram_zero_bytes)}
COPIED = ("bert-uncased", "bert-cased", "gpt2", "llama3", "qwen2")
TEXTS = ["", " ", "hello world", "Hello  World\n\n  don't WE'LL it's 'S", "unaffable tokenization 1234567", "Café NAÏVE Cafe\u0301 e\u0323\u0301", "日本語と中文。", "straße STRASSE İ ſ ﬁ Ⅷ ½ Ａ",
         "tab\tnul\0rep\ufffd\u00ad.", "[CLS] a[MASK]b [SEP]", "<s>x</s> <mask> <|eot_id|>", "👨‍👩‍👧 😀!!", "  leading and trailing  ", "HelloWORLDfoo fooBAR's", "a\u200bb\u2003c\u3000d", "\r\n\r\n x", "Foo bar", "a <unk> b", "हिन्दी ไทย", "x" * 120,
         "\u0130\u035c\u0342\u0330", "CAF\u00c9\u034e\u0340\u0327\u07fd", "s\u0307\u0323\u1ac0x \u1acaa", "\x14\x03ab`\u0910\u5944", "abcАБВ漢字カナー한국 Ωμέγα", "Foo\u0323 foo a\u061db \U00010d54\ua7cb \U00013d4b", "\u200bx\ufeffy\u2581z"]


ZEROS = ["\0", "a\0b", "a \0 b", "\0\0", "ab\0", "x\0y", "nul\0rep", "a\0\0b ab", "\0 "]


def main():
    rng = random.Random(5)
    parts = ["hello", " world", "the ", "'s", "'LL", "  ", "\n", "\r\n", "123456", "License", "<mask>", "!!!", "...", "日本", "▁", "é", "\u0301", "Ω", "/", "(c)"]
    texts = TEXTS + ["".join(rng.choice(parts) for _ in range(rng.randint(1, 14))) for _ in range(40)]
    for name, make in MADE.items():
        make().save(name + ".tokenizer.json", pretty=False)
    files = {}
    for name in COPIED + tuple(MADE):
        t = Tokenizer.from_file(name + ".tokenizer.json")
        rows = []
        for text, pair in [(text, None) for text in texts] + [("hello world", "the cat"), ("", "b"), ("don't", "")] + ([("tokens are pieces of words", "the quick brown fox"), ("the fox", "tokens are pieces"), ("the fox", "pieces " * 50)] if name.startswith("cut") else []) + [(text, None) for text in ZEROS if "zero" in name]:
            e = t.encode(text, pair) if pair is not None else t.encode(text)
            rows.append({"text": text, **({"pair": pair} if pair is not None else {}), "ids": e.ids, "tokens": e.tokens, "offsets": e.offsets, "type_ids": e.type_ids})
        files[name + ".tokenizer.json"] = rows
    with open("golden.json", "w") as f:
        json.dump({"reference": "Hugging Face tokenizers", "files": files}, f, ensure_ascii=True, separators=(",", ":"))


if __name__ == "__main__":
    main()
