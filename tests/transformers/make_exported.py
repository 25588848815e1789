#!/usr/bin/env python3
"""make_exported.py FOLDER: makes what exported.tar.xz holds: small networks of random weights as torch 2.13's exporters and
onnxruntime-genai's builder write them (pip: torch transformers onnxscript onnxruntime onnxruntime-genai), what onnxruntime makes of
their inputs (NAME.ref.npy), and relevance by torch in float64: input times a gradient whose products, norms and activations are
changed to what AttnLRP and CP-LRP say (COMPOSITE.INPUT.relevance.npy; its neuron in target.txt)."""
import os, subprocess, sys, warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
import numpy as np, onnxruntime, torch
from torch.overrides import TorchFunctionMode
from transformers import (CLIPConfig, CLIPModel, LlamaConfig, LlamaForCausalLM, T5Config, T5ForConditionalGeneration, Wav2Vec2Config,
                          Wav2Vec2ForCTC)

OUT = sys.argv[1]
IDS = torch.tensor([[5, 17, 33, 2, 40, 41, 7]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1, 0]])


def random(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3))


def t5():
    config = T5Config(vocab_size=50, d_model=24, d_kv=8, d_ff=32, num_layers=1, num_heads=3, decoder_start_token_id=0, pad_token_id=0)
    return T5ForConditionalGeneration(config), {"input_ids": IDS, "attention_mask": MASK, "decoder_input_ids": torch.tensor([[0, 11, 23]])}, "logits", (0, 2, 9)


def clip():
    part = dict(hidden_size=24, intermediate_size=32, num_hidden_layers=1, num_attention_heads=3, hidden_act="gelu", projection_dim=12)
    config = CLIPConfig(text_config=dict(part, vocab_size=50, max_position_embeddings=16, eos_token_id=7, bos_token_id=5),
                        vision_config=dict(part, image_size=16, patch_size=8), projection_dim=12)
    return CLIPModel(config), {"input_ids": IDS, "pixel_values": random(1, 3, 16, 16), "attention_mask": torch.ones_like(IDS)}, "logits_per_image", (0, 0)


def wav2vec2():
    config = Wav2Vec2Config(vocab_size=20, hidden_size=24, num_hidden_layers=1, num_attention_heads=3, intermediate_size=32, conv_dim=(12, 12), conv_stride=(5, 4),
                            conv_kernel=(10, 8), num_feat_extract_layers=2, num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=4)
    return Wav2Vec2ForCTC(config), {"input_values": random(1, 200)}, "logits", (0, 4, 3)


def llama():
    config = LlamaConfig(vocab_size=50, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1, intermediate_size=48,
                         max_position_embeddings=32, bos_token_id=1, eos_token_id=2)
    return LlamaForCausalLM(config), {"input_ids": IDS, "attention_mask": torch.ones_like(IDS)}, "logits", (0, 6, 4)


class Outputs(torch.nn.Module):
    def __init__(self, model, names, output):
        super().__init__()
        self.model, self.names, self.output = model, names, output

    def forward(self, *values):
        given = dict(zip(self.names, values))
        if "input_ids" in given and not isinstance(self.model, CLIPModel):
            given["use_cache"] = False
        return getattr(self.model(**given), self.output)


def half(x):
    return x * 0.5 + (x * 0.5).detach()


class Changed(TorchFunctionMode):
    """torch's functions so that input times gradient is relevance."""

    def __init__(self, cp, tokens):
        super().__init__()
        self.cp, self.tokens, self.leaves, self.inside = cp, tokens, {}, False

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if self.inside:
            return function(*args, **(kwargs or {}))
        self.inside = True
        try:
            return self.changed(function, getattr(function, "__name__", ""), args, kwargs or {})
        finally:
            self.inside = False

    def changed(self, function, name, args, kwargs):
        carries = lambda x: isinstance(x, torch.Tensor) and x.requires_grad
        if name == "embedding":
            for token, ids in self.tokens.items():
                if args[0].shape == ids.shape and torch.equal(args[0], ids) and token not in self.leaves:
                    self.leaves[token] = function(*args, **kwargs).detach().requires_grad_()
                    return self.leaves[token]
        elif name in ("matmul", "__matmul__", "bmm", "mul", "__mul__", "__rmul__") and carries(args[0]) and carries(args[1]):
            return function(half(args[0]), half(args[1]))
        elif name == "softmax" and self.cp or name == "rsqrt" or name == "pow" and args[1] == 0.5:
            return function(*args, **kwargs).detach()
        elif name in ("layer_norm", "group_norm"):
            return self.norm(name, *args, **kwargs)
        elif name in ("gelu", "silu", "relu") and carries(args[0]):
            y = function(*args, **kwargs)
            if name == "silu" and self.cp:
                return y.detach()
            return args[0] * (y / torch.where(args[0] == 0, torch.ones_like(y), args[0])).detach()
        return function(*args, **kwargs)

    @staticmethod
    def norm(name, x, over, weight=None, bias=None, eps=1e-5):
        rows = x.unflatten(1, (over, -1)).flatten(2) if name == "group_norm" else x
        centred = rows - rows.mean(-1, keepdim=True)
        y = (centred / (centred.pow(2).mean(-1, keepdim=True) + eps).sqrt().detach()).reshape(x.shape)
        shape = (-1, 1) if name == "group_norm" else (-1,)
        return y * weight.reshape(shape) + bias.reshape(shape)


def relevance(model, given, output, neuron, cp):
    tokens = {n: v for n, v in given.items() if n in ("input_ids", "decoder_input_ids")}
    given = {n: v.double().requires_grad_() if v.is_floating_point() else v for n, v in given.items()}
    mode = Changed(cp, tokens)
    mode.leaves.update({n: v for n, v in given.items() if v.is_floating_point()})
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    torch.set_default_dtype(torch.float64)
    with torch.enable_grad(), mode:
        z = Outputs(model, list(given), output)(*given.values())[neuron]
    torch.set_default_dtype(torch.float32)
    gradients = torch.autograd.grad(z, list(mode.leaves.values()))
    for (name, x), gradient in zip(mode.leaves.items(), gradients):
        r = (x * gradient).detach()
        yield name, (r.sum(-1) if name in tokens else r).numpy().astype(np.float32)


def export(model, given, output, form, path):
    names, values = list(given), tuple(given.values())
    wrapped = Outputs(model, names, output).eval()
    if form == "dynamo":
        sizes = tuple({1: torch.export.Dim.DYNAMIC} if n.endswith(("ids", "mask")) else None for n in names)
        torch.onnx.export(wrapped, values, path, input_names=names, output_names=[output], dynamo=True, external_data=False, dynamic_shapes=(sizes,))
    elif form == "script":
        axes = {n: {0: "batch", 1: "decoder" if n.startswith("decoder") else "sequence"} for n in names if n.endswith(("ids", "mask"))}
        torch.onnx.export(wrapped, values, path, input_names=names, output_names=[output], dynamo=False, opset_version=17, dynamic_axes=axes)
    else:
        source = f"{OUT}/hf"
        model.save_pretrained(source)
        from tokenizers import Tokenizer, models
        from transformers import PreTrainedTokenizerFast
        words = Tokenizer(models.WordLevel({f"w{i}": i for i in range(50)}, unk_token="w0"))
        PreTrainedTokenizerFast(tokenizer_object=words, bos_token="w1", eos_token="w2").save_pretrained(source)
        subprocess.run([sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", source, "-o", os.path.dirname(path), "-p", "fp32", "-e", "cpu", "-c", f"{OUT}/cache"], check=True)


def main():
    for make, forms in ((t5, ("script", "dynamo")), (clip, ("script", "dynamo")), (wav2vec2, ("script", "dynamo")), (llama, ("genai", "dynamo"))):
        for form in forms:
            torch.manual_seed(7)
            model, given, output, neuron = make()
            model = model.float().eval()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.add_(torch.randn_like(parameter) * 0.08)
            folder = f"{OUT}/{make.__name__}_{form}"
            os.makedirs(folder, exist_ok=True)
            with torch.no_grad():
                export(model, given, output, form, f"{folder}/model.onnx")
            network = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
            feeds = {n: v.numpy() for n, v in given.items()}
            for i in network.get_inputs():
                if i.name.startswith("past"):
                    feeds[i.name] = np.zeros([1 if isinstance(d, str) and k == 0 else 16 if d == "kv_cache_dim" else 0 if isinstance(d, str) else d for k, d in enumerate(i.shape)], np.float32)
            for name, value in given.items():
                np.save(f"{folder}/{name}.npy", value.numpy())
            np.save(f"{folder}/{output}.ref.npy", network.run([output], {i.name: feeds[i.name] for i in network.get_inputs()})[0])
            with open(f"{folder}/target.txt", "w") as file:
                file.write("(" + ":".join(str(n) for n in neuron[1:]) + ")")
            model = model.double()
            model.set_attn_implementation("eager")
            for cp in (False, True):
                for name, r in relevance(model, given, output, neuron, cp):
                    np.save(f"{folder}/{'cp-lrp' if cp else 'attnlrp'}.{name}.relevance.npy", r)
            print(folder, flush=True)


if __name__ == "__main__":
    main()
