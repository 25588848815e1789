/* sniff.c: telling what was given instead of a model. */
#include <string.h>

#include "reader.h"

static const struct {
    size_t offset, length;
    const char *magic, *what;
} known[] = {
    {0, 8, "\x89PNG\r\n\x1a\n", "like a PNG file"},
    {0, 3, "\xff\xd8\xff", "like a JPEG file"},
    {0, 4, "GIF8", "like a GIF file"},
    {0, 6, "\x93NUMPY", "like a .npy file"},
    {0, 4, "PK\x03\x04", "like a zip file, as PyTorch writes them: export the model to ONNX first"},
    {0, 2, "\x1f\x8b", "like a gzip file: unpack it first"},
    {0, 8, "\x89HDF\r\n\x1a\n", "like an HDF5 file, as Keras writes them: convert the model to ONNX first"},
    {4, 4, "TFL3", "like a TensorFlow Lite file: convert the model to ONNX first"},
    {0, 4, "GGUF", "like a GGUF file"},
    {0, 4,
     "\x7f"
     "ELF",
     "like a program"},
    {0, 5, "%PDF-", "like a PDF file"},
    {0, 2, "\x80\x02", "like a Python pickle: export the model to ONNX first"},
    {8, 2, "{\"", "like a safetensors file: weights without a model"},
    {0, 23, "version https://git-lfs", "like a Git LFS pointer: fetch the model with git lfs pull"},
};

static bool is_text(struct lrp_bytes file)
{
    const size_t n = file.size < 256 ? file.size : 256;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = file.data[i];
        if (c == 0x7f || (c < 0x20 && c != '\n' && c != '\r' && c != '\t')) return false;
    }
    return n > 0;
}

const char *lrp_sniff(struct lrp_bytes file)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (file.size >= known[i].offset + known[i].length &&
            memcmp(file.data + known[i].offset, known[i].magic, known[i].length) == 0)
            return known[i].what;
    return is_text(file) ? "like a text file" : NULL;
}
