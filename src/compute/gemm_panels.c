/* gemm_panels.c: products of matrices. A is put in order once, for all threads; then each thread takes panels of B, some
 * hundred columns wide: it puts a piece of one in order, so deep that it stays in the second cache, multiplies all rows of A
 * with it, and meanwhile fetches the next piece. */
#include "gemm_panels.h"

#include <string.h>

#include "parallel.h"
#include "pool.h"

enum {
    DEPTH = 384,        /* most terms of a sum that are added up in registers, before they are added to C */
    STRIPS = 2,         /* of B in a panel, at most */
    A_MOST = 1 << 22,   /* floats of A that are in order at a time */
    TURNS = 4,          /* panels a thread should get, at least, where that keeps all of them busy */
    LINE = 64,          /* bytes */
    PACK_AT_A_TIME = 16 /* strips of A */
};

/* Some rows of A with all of B. */
struct work {
    const struct lrp_gemm_panels *p;
    const struct lrp_gemm_kernels *kernels;
    const struct lrp_run *run;
    float *a;                    /* in order: pieces of `depth` terms, strip by strip */
    int64_t first, rows, strips; /* of A, from row `first` on */
    int64_t depth, width;        /* of a piece of B: terms; columns, but for the last panel */
    int64_t panels, groups;      /* parts of B's columns; of A's strips */
    int64_t next;                /* part that no thread has taken yet, atomically */
    int status;                  /* enum lrp_status; of the first part that failed, atomically */
};

static int64_t part_count(int64_t count, int64_t part)
{
    return (count + part - 1) / part;
}

/* A part of `count` that is at most `most`, all parts about alike. */
static int64_t share_of(int64_t count, int64_t most)
{
    return part_count(count, part_count(count, most));
}

/* Likewise of the terms of a sum; pieces begin where what is packed begins, too. */
static int64_t piece_depth(int64_t terms)
{
    return part_count(share_of(terms, DEPTH), LRP_TURNED_FROM) * LRP_TURNED_FROM;
}

static int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct lrp_gemm_operand operand_from(struct lrp_gemm_operand m, int64_t row, int64_t column)
{
    return (struct lrp_gemm_operand){(const char *)m.data + (row * m.down + column * m.across) * (int64_t)sizeof(float), m.down,
                                     m.across};
}

static void pack_strips(void *context, int64_t begin, int64_t end)
{
    const struct work *const w = context;
    const int64_t height = w->kernels->rows, row = begin * height;
    const int64_t rows = least_of(w->rows - row, (end - begin) * height);

    for (int64_t term = 0; term < w->p->k; term += w->depth) {
        const int64_t terms = least_of(w->p->k - term, w->depth);

        lrp_gemm_pack(operand_from(w->p->a, w->first + row, term), rows, terms, (int)height,
                      w->a + (term * w->strips + begin * terms) * height);
    }
}

/* ---- a piece of a panel ---- */

struct panel_piece {
    int64_t term, terms, column, columns;
};

/* What comes next of B, and how far it is on its way. */
struct ahead {
    const char *at;                           /* NULL: nothing */
    int64_t rows, row_bytes, down, row, done; /* bytes, but for rows */
};

/* Of B, or of what it is made of; and where that lies, if it is known. */
static int64_t number_size(const struct lrp_gemm_panels *p)
{
    return p->b.data ? (int64_t)sizeof(float) : p->source.bytes;
}

static const char *stored_numbers(const struct lrp_gemm_panels *p)
{
    return p->b.data ? p->b.data : p->source.raw;
}

static struct ahead look_ahead(const struct lrp_gemm_panels *p, struct panel_piece next)
{
    const int64_t size = number_size(p);
    const char *const from = stored_numbers(p);
    const bool by_rows = p->b.across == 1;

    if (!from || next.terms < 1) return (struct ahead){.at = NULL};
    return (struct ahead){.at = from + (next.term * p->b.down + next.column * p->b.across) * size,
                          .rows = by_rows ? next.terms : next.columns,
                          .row_bytes = (by_rows ? next.columns : next.terms) * size,
                          .down = (by_rows ? p->b.down : p->b.across) * size};
}

static void fetch_lines(struct ahead *next, int64_t lines)
{
    for (; next->at && lines > 0 && next->row < next->rows; lines--) {
        __builtin_prefetch(next->at + next->row * next->down + next->done, 0, 2);
        next->done += LINE;
        if (next->done < next->row_bytes + LINE) continue; /* a row may begin within a line */
        next->done = 0;
        next->row++;
    }
}

/* Columns [from, from + columns) of a piece of B in order; `plain`: room for as many numbers of a source. */
static void pack_strip(const struct work *w, struct panel_piece piece, int64_t from, int64_t columns, float *to, float *plain)
{
    const struct lrp_gemm_panels *const p = w->p;
    const bool by_rows = p->b.across == 1;
    const int64_t lanes = w->kernels->lanes, column = piece.column + from;
    struct lrp_gemm_operand b = {p->b.data, p->b.across, p->b.down}; /* its strips are columns */

    if (b.data) {
        b = operand_from(b, column, piece.term);
    } else if (p->source.turn && !by_rows) {
        p->source.turn(p->source.data, (struct lrp_matrix_part){column, columns, piece.term, piece.terms},
                       part_count(columns, lanes) * lanes, to);
        return;
    } else {
        const int64_t rows = by_rows ? piece.terms : columns, length = by_rows ? columns : piece.terms;
        const int64_t stored = by_rows ? p->b.down : p->b.across;
        const int64_t first = by_rows ? piece.term * stored + column : column * stored + piece.term;

        for (int64_t r = 0; r < rows; r++) p->source.read(p->source.data, first + r * stored, length, plain + r * length);
        b = (struct lrp_gemm_operand){plain, by_rows ? 1 : length, by_rows ? length : 1};
    }
    lrp_gemm_pack(b, columns, piece.terms, (int)(part_count(columns, lanes) * lanes), to);
}

/* A tile at the edge of C, into as much as there is of it. */
static void multiply_edge(const struct work *w, lrp_gemm_tile *tile, int64_t terms, const float *a, const float *b, float *c,
                          int64_t rows, int64_t columns, bool add)
{
    float sums[LRP_GEMM_ROWS * LRP_GEMM_COLUMNS];

    tile(terms, a, b, sums, LRP_GEMM_COLUMNS, false);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < columns; i++) {
            float *const at = c + r * w->p->n + i;

            *at = add ? *at + sums[r * LRP_GEMM_COLUMNS + i] : sums[r * LRP_GEMM_COLUMNS + i];
        }
}

/* What the tiles of a strip of A and one of B need. */
struct tile_place {
    const float *a;
    float *b, *plain, *c;
    int64_t rows, columns, from; /* of C; columns begin `from` behind the piece's */
};

/* A tile; `first`: B's strip is not in order yet, and is when this is done. */
static void multiply_tile(const struct work *w, struct panel_piece piece, struct tile_place at, bool first)
{
    const struct lrp_gemm_panels *const p = w->p;
    const int64_t lanes = w->kernels->lanes, vectors = part_count(at.columns, lanes);
    const bool add = piece.term > 0 || p->beta != 0;
    const bool whole = at.rows == w->kernels->rows && at.columns == vectors * lanes;

    if (first && whole && vectors == 3 && p->b.across == 1) {
        lrp_gemm_first_tile *const tile = p->b.data ? w->kernels->first : p->source.halves ? w->kernels->halves : NULL;
        const int64_t size = number_size(p), entry = piece.term * p->b.down + piece.column + at.from;

        if (tile) {
            tile(piece.terms, at.a, stored_numbers(p) + entry * size, p->b.down * size, at.b, at.c, p->n, add);
            return;
        }
    }
    if (first) pack_strip(w, piece, at.from, at.columns, at.b, at.plain);
    if (whole)
        w->kernels->tile[vectors - 1](piece.terms, at.a, at.b, at.c, p->n, add);
    else
        multiply_edge(w, w->kernels->tile[vectors - 1], piece.terms, at.a, at.b, at.c, at.rows, at.columns, add);
}

/* Strips [begin, end) of A with a piece of B, which is put in order in `room`. */
static void multiply_piece(const struct work *w, struct panel_piece piece, int64_t begin, int64_t end, float *room,
                           struct ahead next)
{
    const int64_t height = w->kernels->rows, width = (int64_t)w->kernels->lanes * 3;
    const int64_t tiles = (end - begin) * part_count(piece.columns, width);
    const int64_t lines = next.rows * (next.row_bytes / LINE + 2) / tiles + 1;

    for (int64_t s = begin; s < end; s++)
        for (int64_t j = 0; j < piece.columns; j += width) {
            const struct tile_place at = {.a = w->a + (piece.term * w->strips + s * piece.terms) * height,
                                          .b = room + j * piece.terms,
                                          .plain = room + w->width * w->depth,
                                          .c = w->p->c + (w->first + s * height) * w->p->n + piece.column + j,
                                          .rows = least_of(height, w->rows - s * height),
                                          .columns = least_of(width, piece.columns - j),
                                          .from = j};

            fetch_lines(&next, lines);
            multiply_tile(w, piece, at, s == begin);
        }
}

/* ---- panels ---- */

static void scale_part(const struct work *w, int64_t begin, int64_t end, struct panel_piece piece)
{
    const float beta = w->p->beta;
    const int64_t height = w->kernels->rows, last = least_of(w->rows, end * height);

    if (beta == 0 || beta == 1) return;
    for (int64_t r = begin * height; r < last; r++)
        for (int64_t i = 0; i < piece.columns; i++) w->p->c[(w->first + r) * w->p->n + piece.column + i] *= beta;
}

static void add_bias(const struct work *w, int64_t begin, int64_t end, struct panel_piece piece)
{
    const int64_t height = w->kernels->rows, last = least_of(w->rows, end * height);

    for (int64_t r = begin * height; w->p->bias && r < last; r++) {
        float *const c = w->p->c + (w->first + r) * w->p->n + piece.column;
        const float *const bias = w->p->bias + piece.column;

        for (int64_t i = 0; i < piece.columns; i++) c[i] += bias[i];
    }
}

/* Of part `index`, its first piece. */
static struct panel_piece first_piece(const struct work *w, int64_t index)
{
    const int64_t column = index % w->panels * w->width;

    return (struct panel_piece){0, least_of(w->depth, w->p->k), column, least_of(w->width, w->p->n - column)};
}

static struct panel_piece next_piece(const struct work *w, struct panel_piece piece)
{
    piece.term += piece.terms;
    piece.terms = least_of(w->depth, w->p->k - piece.term);
    return piece;
}

/* A panel of B with a group of A's strips. `after`: the part that comes next, if there is one. */
static enum lrp_status multiply_part(const struct work *w, int64_t index, int64_t after, float *room)
{
    const int64_t group = index / w->panels, share = part_count(w->strips, w->groups);
    const int64_t begin = group * share, end = least_of(w->strips, begin + share);
    struct panel_piece piece = first_piece(w, index);

    scale_part(w, begin, end, piece);
    while (piece.terms > 0 && begin < end) {
        const struct panel_piece next = next_piece(w, piece),
                                 then = after < w->panels * w->groups ? first_piece(w, after) : next;

        if (lrp_run_should_stop(w->run)) return LRP_CANCELLED;
        multiply_piece(w, piece, begin, end, room, look_ahead(w->p, next.terms > 0 ? next : then));
        piece = next;
    }
    add_bias(w, begin, end, first_piece(w, index));
    return LRP_OK;
}

static int64_t take_part(struct work *w)
{
    return __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
}

/* One thread's work: parts as long as there are any, so that none waits for one that the system holds up. */
static void multiply_parts(void *context, int64_t begin, int64_t end)
{
    struct work *const w = context;
    struct lrp_pool *const pool = w->run ? w->run->pool : NULL;
    const size_t bytes = (size_t)((w->width + (w->p->b.data ? 0 : LRP_GEMM_COLUMNS)) * w->depth) * sizeof(float);
    float *const room = lrp_pool_take(pool, bytes);
    enum lrp_status status = room ? LRP_OK : LRP_MEMORY;

    (void)begin, (void)end;
    for (int64_t part = take_part(w), after; !status && part < w->panels * w->groups; part = after) {
        after = take_part(w);
        status = multiply_part(w, part, after, room);
        if (__atomic_load_n(&w->status, __ATOMIC_RELAXED)) break;
    }
    lrp_pool_give(pool, room, bytes);
    if (status) __atomic_store_n(&w->status, (int)status, __ATOMIC_RELAXED);
}

/* How B's columns and, where they are few, A's strips are shared out: enough for all threads, as wide as that allows. */
static void cut_work(struct work *w)
{
    const int64_t threads = w->run && w->run->threads > 1 ? w->run->threads : 1, strip = (int64_t)w->kernels->lanes * 3;
    const int64_t strips = part_count(w->p->n, strip), wanted = threads > 1 ? threads * TURNS : 1;
    const int64_t most = strips / wanted > STRIPS ? STRIPS : strips / wanted > 0 ? strips / wanted : 1;

    w->width = share_of(strips, most) * strip;
    w->panels = part_count(w->p->n, w->width);
    w->groups = w->panels >= wanted ? 1 : least_of(part_count(wanted, w->panels), w->strips);
}

static enum lrp_status multiply_rows(struct work *w, struct lrp_error *err)
{
    w->strips = part_count(w->rows, w->kernels->rows);
    cut_work(w);
    lrp_parallel_for(w->run, w->strips, w->kernels->rows * w->p->k, pack_strips, w);
    w->next = 0;
    lrp_parallel_for(w->run, w->panels * w->groups, part_count(w->rows, w->groups) * w->width * w->p->k, multiply_parts, w);
    switch (w->status) {
    case LRP_OK:
        return LRP_OK;
    case LRP_CANCELLED:
        return lrp_fail(err, LRP_CANCELLED, "cancelled");
    default:
        return lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix product");
    }
}

enum lrp_status lrp_gemm_panels_run(const struct lrp_gemm_panels *product, const struct lrp_run *run, struct lrp_error *err)
{
    struct work w = {.p = product, .kernels = lrp_gemm_kernels_at(0), .run = run, .depth = piece_depth(product->k)};
    const int64_t height = w.kernels->rows, some = A_MOST / product->k / height * height;
    const int64_t most = least_of(part_count(product->m, height) * height, some > height ? some : height);
    struct lrp_pool *const pool = run ? run->pool : NULL;
    const size_t bytes = (size_t)(most * product->k) * sizeof(float);
    enum lrp_status status = LRP_OK;

    w.a = lrp_pool_take(pool, bytes);
    if (!w.a) return lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix product");
    for (; !status && w.first < product->m; w.first += most) {
        w.rows = least_of(most, product->m - w.first);
        status = multiply_rows(&w, err);
    }
    lrp_pool_give(pool, w.a, bytes);
    return status;
}
