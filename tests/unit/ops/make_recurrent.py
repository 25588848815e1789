#!/usr/bin/env python3
"""make_recurrent.py: writes recurrent_numbers.h: LSTM, GRU and RNN as onnxruntime computes them, and their relevance as the cells
written out one operation at a time give it (zero rule, gates stopped or sharing). Needs onnx, onnxruntime, numpy."""
import os
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

T, B, I, H = 3, 2, 2, 2
GATES = {'LSTM': 4, 'GRU': 3, 'RNN': 1}
CASES = [
    ('LSTM', {}, 'BhcP'),
    ('LSTM', {'direction': 'bidirectional'}, 'Bhc'),
    ('LSTM', {'direction': 'reverse'}, 'BnhcP'),
    ('LSTM', {'direction': 'bidirectional', 'clip': 0.4}, 'BnhcP'),
    ('LSTM', {'input_forget': 1}, 'Bhc'),
    ('LSTM', {'activations': ['HardSigmoid', 'Softsign', 'ScaledTanh'], 'activation_alpha': [0.3, 1.5],
              'activation_beta': [0.4, 0.7]}, 'B'),
    ('LSTM', {'layout': 1, 'direction': 'bidirectional'}, 'Bnhc'),
    ('GRU', {}, 'Bh'),
    ('GRU', {'linear_before_reset': 1, 'direction': 'bidirectional'}, 'Bnh'),
    ('GRU', {'direction': 'reverse', 'clip': 0.4}, 'Bnh'),
    ('GRU', {'linear_before_reset': 1, 'activations': ['HardSigmoid', 'Softplus']}, 'h'),
    ('GRU', {'layout': 1}, 'Bh'),
    ('RNN', {'direction': 'bidirectional'}, 'Bnh'),
    ('RNN', {'activations': ['Relu']}, 'B'),
    ('RNN', {'activations': ['LeakyRelu'], 'activation_alpha': [0.2]}, 'Bh'),
    ('RNN', {'activations': ['ThresholdedRelu'], 'activation_alpha': [0.3]}, 'Bh'),
    ('RNN', {'activations': ['Elu'], 'direction': 'reverse'}, 'Bh'),
    ('RNN', {'activations': ['Affine'], 'activation_alpha': [0.8], 'activation_beta': [0.1]}, 'Bh'),
    ('RNN', {'activations': ['Sigmoid'], 'clip': 0.3, 'layout': 1}, 'Bh'),
]
FUNCTIONS = {
    'Sigmoid': lambda x, a, b: 1 / (1 + np.exp(-x)), 'Tanh': lambda x, a, b: np.tanh(x),
    'HardSigmoid': lambda x, a, b: np.clip(a * x + b, 0, 1), 'Softsign': lambda x, a, b: x / (1 + abs(x)),
    'ScaledTanh': lambda x, a, b: a * np.tanh(b * x), 'Softplus': lambda x, a, b: np.log1p(np.exp(x)),
    'Relu': lambda x, a, b: np.maximum(x, 0), 'LeakyRelu': lambda x, a, b: np.where(x < 0, a * x, x),
    'ThresholdedRelu': lambda x, a, b: np.where(x >= a, x, 0), 'Elu': lambda x, a, b: np.where(x < 0, a * np.expm1(x), x),
    'Affine': lambda x, a, b: a * x + b}


class Value:
    """A number array of one sample that hands relevance to what it was made from."""
    def __init__(self, v, give=None):
        self.v, self.give, self.r = np.asarray(v, float), give, 0.0
        TAPE.append(self)


TAPE, HALF = [], False
stab = lambda z: np.where(z < 0, z - 1e-9, z + 1e-9)


def add(*parts):  # zero rule; a plain array is a constant
    z = sum(p.v if isinstance(p, Value) else p for p in parts)
    def give(r):
        for p in parts:
            if isinstance(p, Value): p.r = p.r + p.v * r / stab(z)
    return Value(z, give)


def linear(*pairs):  # W x + U h + ... + b: one denominator
    z = sum(w @ x.v if isinstance(x, Value) else w for w, x in pairs)
    def give(r):
        for w, x in pairs:
            if isinstance(x, Value): x.r = x.r + x.v * (w.T @ (r / stab(z)))
    return Value(z, give)


def gate(g, s):  # a product of a gate and a signal
    def give(r):
        s.r = s.r + (r / 2 if HALF else r)
        if HALF: g.r = g.r + r / 2
    return Value(g.v * s.v, give)


def apply(f, x, clip):
    c = np.clip(x.v, -clip, clip)
    def give(r): x.r = x.r + np.where(abs(x.v) < clip, r, 0)
    return Value(f(c), give)


def one_minus(z):
    y = 1 - z.v
    def give(r): z.r = z.r - z.v * r / stab(y)
    return Value(y, give)


def cell(op, attrs, f, w, r, wb, rb, p, x, h, c):
    clip = attrs.get('clip', np.inf)
    blk = lambda m, k: m[k * H:(k + 1) * H]
    diag = lambda k: np.diag(blk(p, k))
    pre = lambda k, *more: linear((blk(w, k), x), (blk(r, k), h), (blk(wb, k) + blk(rb, k), None), *more)
    if op == 'RNN': return apply(f[0], pre(0), clip), None
    if op == 'LSTM':
        i = apply(f[0], pre(0, (diag(0), c)), clip)
        fg = one_minus(i) if attrs.get('input_forget') else apply(f[0], pre(2, (diag(2), c)), clip)
        g = apply(f[1], pre(3), clip)
        c = add(gate(fg, c), gate(i, g))
        o = apply(f[0], pre(1, (diag(1), c)), clip)
        return gate(o, apply(f[2], c, np.inf)), c  # onnxruntime clips what gates are given only
    z, q = apply(f[0], pre(0), clip), apply(f[0], pre(1), clip)
    if attrs.get('linear_before_reset'):
        term = gate(q, linear((blk(r, 2), h), (blk(rb, 2), None)))
        n = merge(blk(w, 2), x, term, blk(wb, 2))
    else:
        n = linear((blk(w, 2), x), (blk(r, 2), gate(q, h)), (blk(wb, 2) + blk(rb, 2), None))
    return add(gate(one_minus(z), apply(f[1], n, clip)), gate(z, h)), None


def merge(w, x, term, bias):  # W x + term + b: one denominator
    return linear((w, x), (np.eye(len(bias)), term), (bias, None))


def relevance(op, attrs, data, s):
    dirs = data['W'].shape[0]
    names = attrs.get('activations') or {'LSTM': ['Sigmoid', 'Tanh', 'Tanh'], 'GRU': ['Sigmoid', 'Tanh'], 'RNN': ['Tanh']}[op] * dirs
    al, be = list(attrs.get('activation_alpha', [])), list(attrs.get('activation_beta', []))
    takes = {'HardSigmoid': (.2, .5), 'ScaledTanh': (1, 1), 'LeakyRelu': (.01, None), 'ThresholdedRelu': (1, None), 'Elu': (1, None), 'Affine': (1, 0)}
    fs = []
    for n in names:
        a, b = takes.get(n, (None, None))
        a, b = (al.pop(0) if al and a is not None else a), (be.pop(0) if be and b is not None else b)
        fs.append(lambda x, n=n, a=a, b=b: FUNCTIONS[n](x, a, b))
    each = len(fs) // dirs
    rx, rh, rc = np.zeros((T, B, I)), np.zeros((dirs, B, H)), np.zeros((dirs, B, H))
    y = np.zeros((T, dirs, B, H))
    for d in range(dirs):
        back = attrs.get('direction') == 'reverse' or d == 1
        for b in range(B):
            TAPE.clear()
            n = int(data['n'][b]) if 'n' in data else T
            bias = data['B'][d] if 'B' in data else np.zeros(2 * GATES[op] * H)
            wb, rb = np.split(bias, 2)
            p = data['P'][d] if 'P' in data else np.zeros(3 * H)
            xs = [Value(data['X'][t, b]) for t in range(T)]
            h0, c0 = Value(data['h'][d, b] if 'h' in data else np.zeros(H)), Value(data['c'][d, b] if 'c' in data else np.zeros(H))
            h, c = h0, c0
            for t in (range(n - 1, -1, -1) if back else range(n)):
                h, c = cell(op, attrs, fs[d * each:(d + 1) * each], data['W'][d], data['R'][d], wb, rb, p, xs[t], h, c)
                y[t, d, b] = h.v
                h.r = h.r + s[0][t, d, b]
            h.r = h.r + s[1][d, b]
            if op == 'LSTM': c.r = c.r + s[2][d, b]
            for v in reversed(TAPE):
                if v.give is not None and np.any(v.r): v.give(v.r)
            for t in range(T): rx[t, b] += xs[t].r
            rh[d, b], rc[d, b] = h0.r, c0.r
    return y, rx, rh, rc


def run(op, attrs, data):
    order = ['X', 'W', 'R', 'B', 'n', 'h', 'c', 'P'][:8 if op == 'LSTM' else 6]
    inputs = [k if k in data else '' for k in order]
    while inputs[-1] == '': inputs.pop()
    outs = ['Y', 'Yh', 'Yc'][:3 if op == 'LSTM' else 2]
    a = {k: v for k, v in attrs.items() if k != 'layout'}
    node = helper.make_node(op, inputs, outs, hidden_size=H, **a)
    info = lambda k: helper.make_tensor_value_info(k, TensorProto.INT32 if k == 'n' else TensorProto.FLOAT, data[k].shape)
    g = helper.make_graph([node], 'g', [info(k) for k in inputs if k], [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outs])
    m = helper.make_model(g, opset_imports=[helper.make_opsetid('', 14)], ir_version=8)
    return onnxruntime.InferenceSession(m.SerializeToString()).run(None, {k: data[k] for k in inputs if k})


def number(v):
    text = f'{float(v):.8g}'
    return text + ('F' if '.' in text or 'e' in text else '.0F')


def numbers(a): return ', '.join(number(v) for v in np.ravel(a))


def main():
    global HALF
    rng = np.random.default_rng(5)
    draw = lambda *s: (rng.integers(-12, 13, s) / 10 + .03).astype('f4')
    out = ['/* recurrent_numbers.h: written by make_recurrent.py (onnxruntime %s); not to be edited. */' % onnxruntime.__version__]
    rows = []
    for k, (op, attrs, given) in enumerate(CASES):
        dirs = 2 if attrs.get('direction') == 'bidirectional' else 1
        w = GATES[op] * H
        data = {'X': draw(T, B, I), 'W': draw(dirs, w, I), 'R': draw(dirs, w, H)}
        for c in given:
            data[c] = {'B': lambda: draw(dirs, 2 * w), 'n': lambda: np.array([3, 2], 'i4'), 'h': lambda: draw(dirs, B, H),
                       'c': lambda: draw(dirs, B, H), 'P': lambda: draw(dirs, 3 * H)}[c]()
        got = run(op, attrs, data)
        s = [draw(*g.shape) for g in got]
        if 'n' in data: s[0][2, :, 1] = 0
        rel = []
        for HALF in (False, True):
            y, *r = relevance(op, attrs, data, [v.astype(float) for v in s])
            assert np.allclose(y, got[0], atol=2e-6), (op, attrs, abs(y - got[0]).max())
            rel.append(r)
        if attrs.get('layout'):
            move = lambda a: a.transpose(2, 0, 1, 3) if a.ndim == 4 else a.swapaxes(0, 1)
            data = {q: move(v) if q in 'Xhc' else v for q, v in data.items()}
            got, s = [move(g) for g in got], [move(v) for v in s]
            rel = [[move(v) for v in r] for r in rel]
        field = []
        for q in ['X', 'W', 'R', 'B', 'h', 'c', 'P']:
            if q in data: field.append(f'.{q} = (const float[]){{{numbers(data[q])}}}')
        if 'n' in data: field.append('.lengths = true')
        for i, (g, v) in enumerate(zip(got, s)):
            field.append(f'.y[{i}] = (const float[]){{{numbers(g)}}}, .s[{i}] = (const float[]){{{numbers(v)}}}')
        for half, r in enumerate(rel):
            field.append(f'.relevance[{half}] = {{(const float[]){{{numbers(r[0])}}}, (const float[]){{{numbers(r[1])}}}, (const float[]){{{numbers(r[2])}}}}}')
        text = lambda v: '(const char *const[]){' + ', '.join(f'"{n}"' for n in v) + '}'
        for name, v in attrs.items():
            if name == 'direction': field.append(f'.direction = "{v}"')
            elif name == 'activations': field.append(f'.activations = {text(v)}, .activation_count = {len(v)}')
            elif name in ('activation_alpha', 'activation_beta'): field.append(f'.{name[11:]} = (const float[]){{{numbers(v)}}}, .{name[11:]}_count = {len(v)}')
            else: field.append(f'.{name} = {number(v) if isinstance(v, float) else v}')
        rows.append(f'{{.op = "{op}", ' + ',\n'.join(field) + '}')
    out.append('/* %d steps, %d samples, %d inputs, %d units */' % (T, B, I, H))
    out.append('static const struct recurrent_case recurrent_cases[] = {\n' + ',\n'.join(rows) + '};')
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'recurrent_numbers.h'), 'w') as f: f.write('\n'.join(out) + '\n')


if __name__ == '__main__': main()
