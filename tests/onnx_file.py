"""ONNX and .npy files for tests, written with the standard library alone.

    model([node("Gemm", "x w", "y", name="fc", transB=1)], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 1])},
          {"w": tensor([3, 4], [1, 2])})                            the bytes of a model; a dimension that is a string is symbolic
    npy([1, 2], [1, 2])                                             the bytes of an array
    put("x.npy", npy([1, 2], [1, 2]))                               a file of bytes or text
    numbers("x.npy")                                                [1.0, 2.0]
Values are float32 unless a type is given. Names are separated by blanks; "-" is an input that is left out.
"""
import struct

FLOAT, UINT8, INT8, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE = 1, 2, 3, 6, 7, 8, 9, 10, 11
PACK = {FLOAT: "f", UINT8: "B", INT8: "b", INT32: "i", INT64: "q", BOOL: "?", FLOAT16: "e", DOUBLE: "d"}
DESCR = {FLOAT: "<f4", UINT8: "|u1", INT8: "|i1", INT32: "<i4", INT64: "<i8", BOOL: "|b1", FLOAT16: "<f2", DOUBLE: "<f8"}


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def field(number_, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(number_ << 3 | 2) + varint(len(data)) + data


def fields(data):
    """The fields of a message, one after the other: number and value, of a whole number or bytes."""
    def read(at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            shift, at = shift + 7, at + 1
            if data[at - 1] < 128:
                return value, at
    at = 0
    while at < len(data):
        key, at = read(at)
        length = {1: 8, 5: 4}.get(key & 7)
        value, at = read(at) if length is None else (length, at)
        if key & 7:
            value, at = data[at:at + value], at + value
        yield key >> 3, value


def packed(values, dtype):
    return struct.pack(f"<{len(values)}{PACK[dtype]}", *values)


def tensor(values, shape, dtype=FLOAT):
    return dtype, list(shape), packed(values, dtype)


def tensor_proto(name, value):
    dtype, shape, raw = value
    return b"".join(number(1, d) for d in shape) + number(2, dtype) + field(8, name) + field(9, raw)


def external_proto(name, shape, location, dtype=FLOAT, **entries):
    """A tensor whose data lies in another file; entries: offset, length."""
    pairs = {"location": location, **{key: str(value) for key, value in entries.items()}}
    return (b"".join(number(1, d) for d in shape) + number(2, dtype) + field(8, name) +
            b"".join(field(13, field(1, key) + field(2, value)) for key, value in pairs.items()) + number(14, 1))


def type_proto(dtype, shape=None):
    dims = b"".join(field(1, field(2, d) if isinstance(d, str) else number(1, d)) for d in shape or [])
    return field(1, number(1, dtype) + (b"" if shape is None else field(2, dims)))


def sequence_of(kind):
    """Of a type_proto; (sequence_of(...), None) is what a model's output may be."""
    return field(4, field(1, kind))


def map_of(key, kind):
    return field(5, number(1, key) + field(2, kind))


def optional_of(kind):
    return field(9, field(1, kind))


def value_proto(name, dtype, shape):
    return field(1, name) + field(2, dtype if isinstance(dtype, bytes) else type_proto(dtype, shape))


def attribute(name, value):
    head = field(1, name)
    if isinstance(value, float):
        return head + number(20, 1) + varint(2 << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return head + number(20, 2) + number(3, value)
    if isinstance(value, str):
        return head + number(20, 3) + field(4, value)
    if isinstance(value, tuple):
        return head + number(20, 4) + field(5, tensor_proto("", value))
    if isinstance(value, bytes):
        return head + number(20, 5) + field(6, value)
    if isinstance(value[0], bytes):
        return head + number(20, 10) + b"".join(field(11, g) for g in value)
    if isinstance(value[0], str) and len(value) == 1: # ["name"]: that of the function around it
        return head + number(20, 1) + field(21, value[0])
    if isinstance(value[0], str):
        return head + number(20, 8) + b"".join(field(9, v) for v in value)
    if isinstance(value[0], float):
        return head + number(20, 6) + b"".join(varint(7 << 3 | 5) + struct.pack("<f", v) for v in value)
    return head + number(20, 7) + b"".join(number(8, v) for v in value)


def node(op_type, inputs, outputs, name="", domain="", **attributes):
    out = b"".join(field(1, "" if i == "-" else i) for i in inputs.split()) + b"".join(field(2, o) for o in outputs.split())
    out += field(3, name) + field(4, op_type)
    return out + b"".join(field(5, attribute(k, v)) for k, v in attributes.items()) + (field(7, domain) if domain else b"")


def graph(nodes, inputs, outputs, constants=None):
    """constants: name -> tensor(), or the bytes of a whole TensorProto."""
    out = b"".join(field(1, n) for n in nodes) + field(2, "g")
    for name, value in (constants or {}).items():
        out += field(5, value if isinstance(value, bytes) else tensor_proto(name, value))
    out += b"".join(field(11, value_proto(name, *value)) for name, value in inputs.items())
    return out + b"".join(field(12, value_proto(name, *value)) for name, value in outputs.items())


def function(name, inputs, outputs, nodes, domain="own"):
    """A FunctionProto, for model(functions=...)."""
    return (field(1, name) + b"".join(field(4, i) for i in inputs.split()) + b"".join(field(5, o) for o in outputs.split()) +
            b"".join(field(7, n) for n in nodes) + field(10, domain))


def model(nodes, inputs, outputs, constants=None, opset=13, functions=(), domains=()):
    """domains: pairs of a domain and its version."""
    return (number(1, 8) + field(7, graph(nodes, inputs, outputs, constants)) + field(8, number(2, opset)) +
            b"".join(field(8, field(1, name) + number(2, version)) for name, version in domains) + b"".join(field(25, f) for f in functions))


def npy(values, shape, dtype=FLOAT):
    sizes = "".join(f"{d}, " for d in shape)
    header = f"{{'descr': '{DESCR[dtype]}', 'fortran_order': False, 'shape': ({sizes}), }}".replace("(1, )", "(1,)")
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + packed(values, dtype)


def put(name, data):
    with open(name, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def numbers(name):
    """Of an array of float32 or int64, in rows."""
    with open(name, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<H", data, 8)
    kind = PACK[INT64 if b"<i8" in data[:10 + length] else FLOAT]
    return [value for (value,) in struct.iter_unpack(f"<{kind}", data[10 + length:])]
