/* input.h: fuzz input as a file, for readers that map what they read. */
#ifndef LRP_TESTS_FUZZ_INPUT_H
#define LRP_TESTS_FUZZ_INPUT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct input {
    int file;
    char path[64]; /* of the open file; it has no name in any folder */
};
static inline struct input input_open(const uint8_t *data, size_t size)
{
    struct input input = {.file = memfd_create("fuzz", MFD_CLOEXEC)};
    for (size_t done = 0; done < size;) {
        const ssize_t n = write(input.file, data + done, size - done);
        if (n <= 0) abort();
        done += (size_t)n;
    }
    snprintf(input.path, sizeof input.path, "/proc/self/fd/%d", input.file);
    return input;
}
static inline void input_close(struct input input)
{
    close(input.file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
