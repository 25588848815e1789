#!/usr/bin/env python3
"""Writes the transformers that the benchmark measures, with seeded random weights: ViT-B/16 (224x224), BERT-base, GPT-2-small and a
Llama-like network of 160 million weights, and the last three in float16 and 4 bits where files of that kind are usual.
usage: make_transformers.py FOLDER [NAME ...]. Needs Debian's python3-onnx."""
import os
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

WIDTH, HEADS, LAYERS, INNER, TOKENS = 768, 12, 12, 3072, 128
BITS, BLOCK = 4, 32  # of quantised weights
KINDS = {np.float32: TensorProto.FLOAT, np.float16: TensorProto.FLOAT16}


class Net:
    """A graph under construction; every method appends operators and returns the name of the last one's output."""

    def __init__(self, seed, dtype=np.float32, quantised=False):
        self.random, self.dtype, self.quantised = np.random.default_rng(seed), dtype, quantised
        self.nodes, self.weights, self.scope = [], {}, ''

    def constant(self, name, array):
        if name not in self.weights:
            self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def number(self, value):
        return self.constant(f'number_{value}', np.array(value, self.dtype))

    def ints(self, *values):
        return self.constant('ints_' + '_'.join(map(str, values)), np.array(values, np.int64))

    def op(self, kind, inputs, outputs=1, domain='', **attributes):
        name = f'{self.scope}/{kind}_{len(self.nodes)}'
        names = [f'{name}_out{i}' for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name=name, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def normal(self, name, *shape, deviation=.02):
        """A tensor of weights; an existing name is the same tensor once more."""
        if name in self.weights:
            return name
        return self.constant(name, (self.random.standard_normal(shape, dtype=np.float32) * np.float32(deviation)).astype(self.dtype))

    def packed(self, name, rows, columns):
        """Weights of 4 bits in blocks of a row, and their scales; zero is in the middle."""
        blocks = columns // BLOCK
        bits = self.random.integers(0, 256, (rows, blocks, BLOCK * BITS // 8), dtype=np.uint8)
        scales = np.abs(self.random.standard_normal((rows, blocks), dtype=np.float32)) * np.float32(.005) + np.float32(.001)
        return self.constant(name + '.bits', bits), self.constant(name + '.scales', scales.astype(self.dtype))

    def dense(self, x, name, inputs, outputs, bias=True):
        name = f'{self.scope}/{name}'
        if self.quantised:
            bits, scales = self.packed(name, outputs, inputs)
            y = self.op('MatMulNBits', [x, bits, scales], domain='com.microsoft', K=inputs, N=outputs, bits=BITS, block_size=BLOCK)
        else:
            y = self.op('MatMul', [x, self.normal(name + '.weight', inputs, outputs)])
        return self.op('Add', [self.normal(name + '.bias', outputs), y]) if bias else y

    def lookup(self, name, ids, rows):
        """Rows of a table of embeddings."""
        if not self.quantised:
            return self.op('Gather', [self.normal(name, rows, WIDTH), ids])
        bits, scales = self.packed(name, rows, WIDTH)
        table = self.constant(name + '.table', numpy_helper.to_array(self.weights.pop(bits)).reshape(rows, -1))
        return self.op('GatherBlockQuantized', [table, ids, scales], domain='com.microsoft', bits=BITS, block_size=BLOCK,
                       gather_axis=0, quantize_axis=1)

    def layer_norm(self, x, name):
        name = f'{self.scope}/{name}'
        weights = [self.constant(name + '.weight', np.ones(WIDTH, self.dtype)), self.normal(name + '.bias', WIDTH)]
        return self.op('LayerNormalization', [x] + weights, axis=-1, epsilon=1e-5)

    def rms_norm(self, x, name):
        weight = self.constant(f'{self.scope}/{name}.weight', np.ones(WIDTH, self.dtype))
        return self.op('SimplifiedLayerNormalization', [x, weight], axis=-1, epsilon=1e-5)

    def gelu(self, x):
        """As it is written out: by erf."""
        y = self.op('Add', [self.op('Erf', [self.op('Div', [x, self.number(1.4142135)])]), self.number(1.)])
        return self.op('Mul', [self.op('Mul', [x, y]), self.number(.5)])

    def gelu_new(self, x):
        """As it is written out: by tanh."""
        y = self.op('Mul', [self.op('Pow', [x, self.number(3.)]), self.number(.044715)])
        y = self.op('Tanh', [self.op('Mul', [self.op('Add', [x, y]), self.number(.7978846)])])
        return self.op('Mul', [self.op('Mul', [x, self.number(.5)]), self.op('Add', [y, self.number(1.)])])

    def heads(self, x, *order):
        return self.op('Transpose', [self.op('Reshape', [x, self.ints(0, -1, HEADS, WIDTH // HEADS)])], perm=order)

    def attention(self, q, k, v, mask=None):
        scores = self.op('MatMul', [self.heads(q, 0, 2, 1, 3), self.heads(k, 0, 2, 3, 1)])
        scores = self.op('Div', [scores, self.number(8.)])
        if mask:
            scores = self.op('Add', [scores, mask])
        y = self.op('MatMul', [self.op('Softmax', [scores], axis=-1), self.heads(v, 0, 2, 1, 3)])
        return self.op('Reshape', [self.op('Transpose', [y], perm=[0, 2, 1, 3]), self.ints(0, -1, WIDTH)])

    def write(self, path, inputs, output):
        values = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs]
        kind = KINDS[self.dtype]
        graph = helper.make_graph(self.nodes, 'bench', values, [helper.make_tensor_value_info(output, kind, None)],
                                  list(self.weights.values()))
        opsets = [helper.make_opsetid('', 17), helper.make_opsetid('com.microsoft', 1)]
        save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


def vit_b16(net, path):
    net.normal('patch.weight', WIDTH, 3, 16, 16)
    x = net.op('Conv', ['input', 'patch.weight', net.normal('patch.bias', WIDTH)], kernel_shape=[16, 16], strides=[16, 16])
    x = net.op('Transpose', [net.op('Reshape', [x, net.ints(0, WIDTH, -1)])], perm=[0, 2, 1])
    x = net.op('Concat', [net.normal('class_token', 1, 1, WIDTH), x], axis=1)
    x = net.op('Add', [x, net.normal('positions', 1, 197, WIDTH)])
    for i in range(LAYERS):
        net.scope = f'/blocks.{i}'
        y = net.layer_norm(x, 'norm1')
        y = net.attention(*(net.dense(y, part, WIDTH, WIDTH) for part in 'qkv'))
        x = net.op('Add', [x, net.dense(y, 'proj', WIDTH, WIDTH)])
        y = net.gelu(net.dense(net.layer_norm(x, 'norm2'), 'fc1', WIDTH, INNER))
        x = net.op('Add', [x, net.dense(y, 'fc2', INNER, WIDTH)])
    net.scope = ''
    x = net.op('Gather', [net.layer_norm(x, 'norm'), net.constant('first', np.array(0, np.int64))], axis=1)
    net.write(path, [('input', TensorProto.FLOAT, [1, 3, 224, 224])], net.dense(x, 'head', WIDTH, 1000))


def bert_base(net, path):
    x = net.op('Add', [net.lookup('words', 'input_ids', 30522), net.lookup('segments', 'token_type_ids', 2)])
    x = net.layer_norm(net.op('Add', [x, net.normal('positions', 1, TOKENS, WIDTH)]), 'norm')
    mask = net.op('Cast', [net.op('Unsqueeze', ['attention_mask', net.ints(1, 2)])], to=TensorProto.FLOAT)
    mask = net.op('Mul', [net.op('Sub', [net.number(1.), mask]), net.number(-10000.)])
    for i in range(LAYERS):
        net.scope = f'/layer.{i}'
        y = net.attention(*(net.dense(x, part, WIDTH, WIDTH) for part in ('query', 'key', 'value')), mask)
        x = net.layer_norm(net.op('Add', [net.dense(y, 'output', WIDTH, WIDTH), x]), 'norm1')
        y = net.gelu(net.dense(x, 'intermediate', WIDTH, INNER))
        x = net.layer_norm(net.op('Add', [net.dense(y, 'out', INNER, WIDTH), x]), 'norm2')
    net.scope = ''
    x = net.op('Gather', [x, net.constant('first', np.array(0, np.int64))], axis=1)
    x = net.op('Tanh', [net.dense(x, 'pooler', WIDTH, WIDTH)])
    net.write(path, [(name, TensorProto.INT64, [1, TOKENS]) for name in ('input_ids', 'attention_mask', 'token_type_ids')],
              net.dense(x, 'classifier', WIDTH, 2))


def gpt2_small(net, path):
    x = net.op('Add', [net.lookup('wte', 'input_ids', 50257), net.normal('positions', 1, TOKENS, WIDTH)])
    mask = net.constant('causal', np.triu(np.full((1, 1, TOKENS, TOKENS), -10000, net.dtype), 1))
    for i in range(LAYERS):
        net.scope = f'/h.{i}'
        y = net.dense(net.layer_norm(x, 'ln_1'), 'c_attn', WIDTH, 3 * WIDTH)
        y = net.attention(*net.op('Split', [y, net.ints(WIDTH, WIDTH, WIDTH)], outputs=3, axis=2), mask)
        x = net.op('Add', [net.dense(y, 'c_proj', WIDTH, WIDTH), x])
        y = net.gelu_new(net.dense(net.layer_norm(x, 'ln_2'), 'c_fc', WIDTH, INNER))
        x = net.op('Add', [net.dense(y, 'mlp.c_proj', INNER, WIDTH), x])
    net.scope = ''
    x = net.op('MatMul', [net.layer_norm(x, 'ln_f'), net.op('Transpose', ['wte'], perm=[1, 0])])  # tied to the lookup
    net.write(path, [('input_ids', TensorProto.INT64, [1, TOKENS])], x)


def llama_160m(net, path):
    """As onnxruntime-genai's builder writes it, without a cache of earlier tokens."""
    depth = WIDTH // HEADS
    angles = np.arange(2048)[:, None] * 10000. ** -(np.arange(depth // 2) * 2 / depth)
    tables = [net.constant(name, f(angles).astype(net.dtype)) for name, f in (('cos_cache', np.cos), ('sin_cache', np.sin))]
    length = net.op('ReduceSum', ['attention_mask', net.ints(1)], keepdims=0)
    length = net.op('Cast', [net.op('Sub', [length, net.constant('one', np.array(1, np.int64))])], to=TensorProto.INT32)
    total = net.op('Cast', [net.op('Gather', [net.op('Shape', ['attention_mask']), net.constant('at', np.array(1, np.int64))])],
                   to=TensorProto.INT32)
    x = net.lookup('embed', 'input_ids', 32000)
    for i in range(LAYERS):
        net.scope = f'/model/layers.{i}'
        y = net.rms_norm(x, 'input_layernorm')
        q, k, v = (net.dense(y, part, WIDTH, WIDTH, bias=False) for part in ('q_proj', 'k_proj', 'v_proj'))
        past = [f'past_key_values.{i}.{part}' for part in ('key', 'value')]
        y = net.op('GroupQueryAttention', [q, k, v, *past, length, total, *tables], outputs=3, domain='com.microsoft',
                   num_heads=HEADS, kv_num_heads=HEADS, do_rotary=1)[0]
        x = net.op('Add', [x, net.dense(y, 'o_proj', WIDTH, WIDTH, bias=False)])
        y = net.rms_norm(x, 'post_attention_layernorm')
        gate, up = (net.dense(y, part, WIDTH, INNER, bias=False) for part in ('gate_proj', 'up_proj'))
        y = net.op('Mul', [net.op('Mul', [gate, net.op('Sigmoid', [gate])]), up])
        x = net.op('Add', [x, net.dense(y, 'down_proj', INNER, WIDTH, bias=False)])
    net.scope = ''
    x = net.dense(net.rms_norm(x, 'norm'), 'lm_head', WIDTH, 32000, bias=False)
    kind = KINDS[net.dtype]
    inputs = [(name, TensorProto.INT64, ['batch', length]) for name, length in (('input_ids', 'length'), ('attention_mask', 'total'))]
    inputs += [(f'past_key_values.{i}.{part}', kind, ['batch', HEADS, 'past', depth]) for i in range(LAYERS) for part in ('key', 'value')]
    net.write(path, inputs, x)


MODELS = {'vit_b16': (vit_b16, {}), 'bert_base': (bert_base, {}), 'gpt2_small': (gpt2_small, {}), 'llama_160m': (llama_160m, {}),
          'gpt2_small_fp16': (gpt2_small, {'dtype': np.float16}), 'llama_160m_fp16': (llama_160m, {'dtype': np.float16}),
          'llama_160m_4bit': (llama_160m, {'quantised': True})}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name in sys.argv[2:] or MODELS:
        make, options = MODELS[name]
        path = f'{folder}/{name}.onnx'
        if not os.path.exists(path):
            make(Net(sum(map(ord, name)), **options), path + '.part')
            os.rename(path + '.part', path)
    random = np.random.default_rng(224)
    for name, array in (('input', random.standard_normal((1, 3, 224, 224), dtype=np.float32)),
                        ('tokens', random.integers(5, 30000, (1, TOKENS), dtype=np.int64))):
        if not os.path.exists(f'{folder}/{name}.npy'):
            np.save(f'{folder}/{name}.npy', array)


main()
