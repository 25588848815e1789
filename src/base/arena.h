/* arena.h: memory that is given back all at once; everything a loaded model or a graph consists of lives in one. */
#ifndef LRP_BASE_ARENA_H
#define LRP_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct lrp_arena;

/* NULL when out of memory. */
struct lrp_arena *lrp_arena_new(void);
void lrp_arena_free(struct lrp_arena *arena);
/* Zeroed memory for `count` items of `size` bytes, aligned as such items need it: texts lie side by side. NULL on overflow or
 * when out of memory. count or size 0: a valid pointer. */
void *lrp_arena_calloc(struct lrp_arena *arena, size_t count, size_t size);
/* Something of less than a megabyte was asked for, here or by who says so with lrp_arena_fail, and there was no memory: for
 * those who go on without, and are to tell in the end that they did. */
bool lrp_arena_failed(const struct lrp_arena *arena);
void lrp_arena_fail(struct lrp_arena *arena);
/* Room for one more behind `count` items of `size` bytes: the array, moved where that was needed (its old place stays the
 * arena's), with *capacity told; NULL when out of memory. */
void *lrp_arena_grown(struct lrp_arena *arena, void *items, size_t count, size_t *capacity, size_t size);
/* Copies, NUL-terminated. */
char *lrp_arena_strdup(struct lrp_arena *arena, const char *text);
char *lrp_arena_strndup(struct lrp_arena *arena, const char *text, size_t length);
char *lrp_arena_printf(struct lrp_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Calls release(pointer) when the arena is freed (in reverse order). Returns 0, or -1 when out of memory (then not registered).
 */
int lrp_arena_on_free(struct lrp_arena *arena, void (*release)(void *), void *pointer);

#endif
