"""Layer-wise relevance propagation on ONNX models: liblrpscope from Python, with numpy and nothing else.

    import lrpscope
    with lrpscope.open("model.onnx", composite="epsilon-plus-flat", scale="1/255") as session:
        session.run("picture.png")               # a file, or an array of the input's shape
        print(session.target())                  # (class, output)
        for layer in session.layers():
            print(layer.index, layer.name, layer.rule, session.relevance(layer.index).sum())
        session.heatmap("heatmap.png")

Settings are named as in rules files, see lrpscope-rules(5); rules={"type:convolution": "alpha-beta(2,1)"} gives layers theirs.
Errors are raised as lrpscope.Error with the library's one line. A session is used by one thread at a time.
LRPSCOPE_LIBRARY names the library where the system does not find it.
"""
import collections
import ctypes as c
import ctypes.util
import itertools
import os
import weakref

import numpy as np

__all__ = ["Error", "Layer", "Session", "open"]
Layer = collections.namedtuple("Layer", "index name type rule")
_RANK, _FLOAT32, _INT64 = 8, 1, 7


class Error(Exception):
    """What the library says: one line naming file, layer, cause and remedy."""


def _struct(name, **fields):
    return type(name, (c.Structure,), {"_fields_": list(fields.items())})


_Error = _struct("_Error", status=c.c_int, message=c.c_char * 1024)
_Shape = _struct("_Shape", rank=c.c_int, dim=c.c_int64 * _RANK)
_Tensor = _struct("_Tensor", dtype=c.c_int, shape=_Shape, count=c.c_size_t, data=c.c_void_p)
_lib = c.CDLL(os.environ.get("LRPSCOPE_LIBRARY") or ctypes.util.find_library("lrpscope") or "liblrpscope.so.0")
_P, _S, _Z, _I = c.c_void_p, c.c_char_p, c.c_size_t, c.c_int
for _name, _result, _arguments in (
        ("lrp_setting_key", _S, (_I,)), ("lrp_settings_free", None, (_P,)), ("lrp_dtype_is_float", c.c_bool, (_I,)),
        ("lrp_tensor_retain", c.POINTER(_Tensor), (_P,)), ("lrp_tensor_release", None, (_P,)), ("lrp_session_free", None, (_P,)),
        ("lrp_snapshot_release", None, (_P,)), ("lrp_snapshot_layer_count", _Z, (_P,)), ("lrp_snapshot_layer_name", _S, (_P, _Z)),
        ("lrp_snapshot_layer_type", _S, (_P, _Z)), ("lrp_snapshot_layer_rule", _S, (_P, _Z)),
        ("lrp_snapshot_activation", _P, (_P, _Z)), ("lrp_snapshot_relevance", _P, (_P, _Z)),
        ("lrp_snapshot_target", c.c_int64, (_P, _Z, c.POINTER(c.c_double)))):
    getattr(_lib, _name).restype, getattr(_lib, _name).argtypes = _result, _arguments


def _do(name, *arguments):
    error = _Error()
    if getattr(_lib, name)(*arguments, c.byref(error)):
        raise Error(error.message.decode("utf-8", "replace"))


def _made(name, *arguments):
    out = _P()
    _do(name, *arguments, c.byref(out))
    return out


def _text(value):
    return os.fsencode(value) if isinstance(value, os.PathLike) else str(value).encode()


def _array(pointer):
    """The numbers of a tensor as a read-only array on its own memory, which lives as long as the array."""
    if not pointer:
        return None
    tensor = _lib.lrp_tensor_retain(pointer)
    t, number = tensor.contents, c.c_float if _lib.lrp_dtype_is_float(tensor.contents.dtype) else c.c_int64
    memory = (number * t.count).from_address(t.data)
    weakref.finalize(memory, _lib.lrp_tensor_release, c.cast(tensor, _P))
    array = np.frombuffer(memory, np.dtype(number)).reshape(t.shape.dim[:t.shape.rank])
    array.flags.writeable = False
    return array


class Session:
    """A model under settings; made by open()."""

    def __init__(self, model, rules=None, rules_file=None, **settings):
        made = _made("lrp_settings_new")
        try:
            if rules_file is not None:
                _do("lrp_settings_read", made, _text(rules_file), None)
            keys = [key.decode() for key in iter(map(_lib.lrp_setting_key, itertools.count()).__next__, None)]
            for key, value in settings.items():
                if key not in keys:
                    raise Error(f"{key}: no such setting ({', '.join(keys)})")
                _do("lrp_settings_set", made, keys.index(key), _text(str(value).lower() if isinstance(value, bool) else value))
            for select, rule in (rules or {}).items():
                _do("lrp_settings_add_rule", made, _text(select), _text(rule))
            self._session = _made("lrp_session_open", _text(model), made)
            self._now = _made("lrp_session_snapshot", self._session)
        finally:
            _lib.lrp_settings_free(made)

    def run(self, *inputs, **named):
        """Sets inputs (files or arrays; by name where there are several) and computes everything."""
        for name, value in [(None, value) for value in inputs] + list(named.items()):
            name = name and name.encode()
            if isinstance(value, (str, os.PathLike)):
                _do("lrp_session_set_input", self._session, name, _text(value))
                continue
            value = np.ascontiguousarray(value, np.float32 if np.asarray(value).dtype.kind == "f" else np.int64)
            shape = _Shape(value.ndim, (c.c_int64 * _RANK)(*value.shape))
            tensor = _made("lrp_tensor_new", _FLOAT32 if value.dtype == np.float32 else _INT64, c.byref(shape))
            c.memmove(c.cast(tensor, c.POINTER(_Tensor)).contents.data, value.ctypes.data, value.nbytes)
            try:
                _do("lrp_session_set_tensor", self._session, name, tensor, b"array")
            finally:
                _lib.lrp_tensor_release(tensor)
        _do("lrp_session_run", self._session, 1)
        before, self._now = self._now, _made("lrp_session_snapshot", self._session)
        _lib.lrp_snapshot_release(before)
        return self

    def layers(self):
        """Layer(index, name, type, rule) for each; 0 is the model's input."""
        texts = [getattr(_lib, "lrp_snapshot_layer_" + field) for field in Layer._fields[1:]]
        return [Layer(i, *(f(self._now, i).decode() for f in texts)) for i in range(_lib.lrp_snapshot_layer_count(self._now))]

    def relevance(self, layer=0):
        """Of a layer's output (0: the model's input), as a read-only array; None where there is none."""
        return _array(_lib.lrp_snapshot_relevance(self._now, layer))

    def activation(self, layer=0):
        return _array(_lib.lrp_snapshot_activation(self._now, layer))

    def target(self, sample=0):
        """(class, output) of the explained neuron; class -1: there is none yet."""
        output = c.c_double()
        return _lib.lrp_snapshot_target(self._now, sample, c.byref(output)), output.value

    def heatmap(self, path, layer=0, sample=0):
        _do("lrp_snapshot_export_heatmap", self._now, _I(layer), 0, c.c_int64(sample), _text(path))

    def close(self):
        """Gives everything back; arrays stay."""
        _lib.lrp_snapshot_release(vars(self).pop("_now", None))
        _lib.lrp_session_free(vars(self).pop("_session", None))

    __enter__, __exit__, __del__ = lambda self: self, lambda self, *error: self.close(), close


open = Session
