/* arena.c: memory that is given back all at once. */
#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define FIRST_BLOCK ((size_t)4 << 10)
#define LARGEST_BLOCK ((size_t)1 << 20)

struct arena_block {
    struct arena_block *next;
    size_t used, size; /* of data */
    alignas(ALIGNMENT) unsigned char data[];
};
struct release {
    struct release *next;
    void (*call)(void *);
    void *pointer;
};
struct lrp_arena {
    struct arena_block *blocks; /* the first one is being filled */
    struct release *releases;
    size_t next_size;
    bool failed;
};

struct lrp_arena *lrp_arena_new(void)
{
    struct lrp_arena *arena = calloc(1, sizeof *arena);
    if (arena) arena->next_size = FIRST_BLOCK;
    return arena;
}

void lrp_arena_free(struct lrp_arena *arena)
{
    if (!arena) return;
    for (struct release *r = arena->releases; r; r = r->next) r->call(r->pointer);
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    free(arena);
}

static struct arena_block *new_block(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block)) return NULL;
    struct arena_block *block = calloc(1, sizeof *block + size); /* big ones come as untouched pages */
    if (block) block->size = size;
    return block;
}

/* A block of its own, put behind the one being filled so that this one stays in use. */
static void *allocate_large(struct lrp_arena *arena, size_t size)
{
    struct arena_block *block = new_block(size);
    arena->failed |= !block && size < LARGEST_BLOCK; /* without more than that one can do; whoever asks for it looks */
    if (!block) return NULL;
    block->used = size;
    struct arena_block **place = arena->blocks ? &arena->blocks->next : &arena->blocks;
    block->next = *place;
    *place = block;
    return block->data;
}

/* What an item of so many bytes can need: its size is a multiple of that. */
static size_t alignment_of(size_t size)
{
    const size_t divides = size & (~size + 1);
    return !divides || divides > ALIGNMENT ? ALIGNMENT : divides;
}

static size_t aligned_up(size_t used, size_t alignment)
{
    return (used + alignment - 1) / alignment * alignment;
}

/* Where nothing lies: what has no elements has an address all the same. */
static const alignas(ALIGNMENT) unsigned char nothing[1];

void *lrp_arena_calloc(struct lrp_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) return NULL;
    if (!bytes) return (void *)nothing; /* which nobody writes to */
    struct arena_block *block = arena->blocks;
    if (block) block->used = aligned_up(block->used, alignment_of(size));
    if (!block || block->size < block->used || block->size - block->used < bytes) {
        if (bytes > arena->next_size / 4) return allocate_large(arena, bytes);
        block = new_block(arena->next_size);
        arena->failed |= !block;
        if (!block) return NULL;
        if (arena->next_size < LARGEST_BLOCK) arena->next_size *= 2;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

bool lrp_arena_failed(const struct lrp_arena *arena)
{
    return arena->failed;
}

void lrp_arena_fail(struct lrp_arena *arena)
{
    arena->failed = true;
}

char *lrp_arena_strndup(struct lrp_arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX) return NULL;
    char *copy = lrp_arena_calloc(arena, length + 1, 1);
    if (copy && length) memcpy(copy, text, length);
    return copy;
}

void *lrp_arena_grown(struct lrp_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) return items;
    const size_t more = 2 * *capacity + 16;
    void *larger = lrp_arena_calloc(arena, more, size);
    if (!larger) return NULL;
    if (count) memcpy(larger, items, count * size);
    *capacity = more;
    return larger;
}

char *lrp_arena_strdup(struct lrp_arena *arena, const char *text)
{
    return lrp_arena_strndup(arena, text, strlen(text));
}

char *lrp_arena_printf(struct lrp_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : lrp_arena_calloc(arena, (size_t)length + 1, 1);
    if (!text) return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

int lrp_arena_on_free(struct lrp_arena *arena, void (*release)(void *), void *pointer)
{
    struct release *entry = lrp_arena_calloc(arena, 1, sizeof *entry);
    if (!entry) return -1;
    *entry = (struct release){.next = arena->releases, .call = release, .pointer = pointer};
    arena->releases = entry;
    return 0;
}
