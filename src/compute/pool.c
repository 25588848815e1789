/* pool.c: memory for numbers that is used again. */
#include "pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "buffer.h"
#include "grown.h"

/* Below SMALL the C library's own lists are as good. From there on it cuts aligned pieces out of larger ones under a lock that
 * all threads share, and gives pages back to the system that are needed again at once. */
enum { PAGE = 4096, SMALL = PAGE };

/* A block nobody uses. Kept outside of the block: writing into it would fetch a line of cold memory. */
struct idle {
    void *memory;
    size_t bytes;
};
struct lrp_pool {
    int references;
    pthread_mutex_t lock;
    struct idle *idle; /* in the order they came back, the latest last: it may still be in a cache */
    size_t count, capacity;
    size_t bytes, used, limit; /* idle; taken and not yet given back; of both */
};

struct lrp_pool *lrp_pool_new(void)
{
    struct lrp_pool *pool = calloc(1, sizeof *pool);

    if (!pool) return NULL;
    pool->references = 1;
    pool->limit = SIZE_MAX;
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

struct lrp_pool *lrp_pool_retain(struct lrp_pool *pool)
{
    if (pool) __atomic_add_fetch(&pool->references, 1, __ATOMIC_RELAXED);
    return pool;
}

/* Frees the blocks that have been idle longest until those that are left and those in use keep within `limit`. */
static void shrink_pool(struct lrp_pool *pool, size_t limit)
{
    size_t gone = 0;

    for (; gone < pool->count && pool->bytes + pool->used > limit; gone++) {
        free(pool->idle[gone].memory);
        pool->bytes -= pool->idle[gone].bytes;
    }
    pool->count -= gone;
    for (size_t i = 0; gone && i < pool->count; i++) pool->idle[i] = pool->idle[i + gone];
}

void lrp_pool_release(struct lrp_pool *pool)
{
    if (!pool || __atomic_sub_fetch(&pool->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    shrink_pool(pool, 0);
    free(pool->idle);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* Whole pages, so that sizes that hardly differ share their blocks. */
static size_t round_pages(size_t bytes)
{
    return bytes > SIZE_MAX / 2 ? bytes : (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* The idle block of exactly that size that came back last, or NULL. */
static void *find_buffer(struct lrp_pool *pool, size_t bytes)
{
    for (size_t i = pool->count; i-- > 0;) {
        void *const memory = pool->idle[i].memory;

        if (pool->idle[i].bytes != bytes) continue;
        pool->count--;
        pool->bytes -= bytes;
        for (size_t k = i; k < pool->count; k++) pool->idle[k] = pool->idle[k + 1];
        return memory;
    }
    return NULL;
}

void *lrp_pool_take(struct lrp_pool *pool, size_t bytes)
{
    const size_t whole = round_pages(bytes);
    void *memory;

    if (!pool || bytes < SMALL) return lrp_buffer_bytes(bytes);
    pthread_mutex_lock(&pool->lock);
    memory = find_buffer(pool, whole);
    pool->used += whole;
    if (!memory) {
        shrink_pool(pool, pool->limit);
        memory = lrp_buffer_bytes(whole);
    }
    if (!memory) { /* what is idle may be what is missing */
        shrink_pool(pool, 0);
        memory = lrp_buffer_bytes(whole);
    }
    if (!memory) pool->used -= whole;
    pthread_mutex_unlock(&pool->lock);
    return memory;
}

/* Room for one more idle block. */
static bool grow_blocks(struct lrp_pool *pool)
{
    struct idle *more = lrp_grown(pool->idle, pool->count, &pool->capacity, sizeof *more);
    if (more) pool->idle = more;
    return more;
}

void lrp_pool_give(struct lrp_pool *pool, void *memory, size_t bytes)
{
    if (!pool || bytes < SMALL || !memory) {
        free(memory);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->used -= round_pages(bytes);
    if (grow_blocks(pool)) {
        pool->idle[pool->count++] = (struct idle){memory, round_pages(bytes)};
        pool->bytes += round_pages(bytes);
        shrink_pool(pool, pool->limit);
    } else {
        free(memory);
    }
    pthread_mutex_unlock(&pool->lock);
}

void lrp_pool_limit(struct lrp_pool *pool, size_t bytes)
{
    pthread_mutex_lock(&pool->lock);
    pool->limit = bytes;
    shrink_pool(pool, bytes);
    pthread_mutex_unlock(&pool->lock);
}
