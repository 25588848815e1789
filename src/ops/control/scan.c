/* scan.c: Scan: a body for every slice of some inputs. Until version 9 over every sample of a batch on its own. */
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "pool.h"
#include "texts.h"

enum { SCANS = 64 };
struct scan_node {
    int body, states, scans, made; /* states carried, inputs cut into slices, outputs put together of slices */
    int first;                     /* input the states begin at: 1 behind the lengths of version 8 */
    bool batch;
    size_t turns;
    int axis[SCANS], made_axis[SCANS]; /* by input that is cut, by output that is put together */
    bool back[SCANS], made_back[SCANS];
};

/* Numbers of an attribute by input or output, in `rank_of`'s tensor counted from the end if negative. */
static enum lrp_status scan_lists(const struct lrp_call *call, struct scan_node *scan, const struct lrp_tensor *const *in,
                                  struct lrp_error *err)
{
    int64_t list[SCANS];
    int count = lrp_call_ints(call, "scan_input_axes", list, SCANS);
    for (int i = 0; i < scan->scans; i++) {
        const struct lrp_tensor *t = in[scan->first + scan->states + i];
        scan->axis[i] = lrp_normalize_axis(i < count ? list[i] : scan->batch, t ? t->shape.rank : 0);
        if (scan->axis[i] < 0) return lrp_fail(err, LRP_FILE, "its input %d has no such axis to scan", i);
    }
    count = lrp_call_ints(call, scan->batch ? "directions" : "scan_input_directions", list, SCANS);
    for (int i = 0; i < scan->scans; i++) scan->back[i] = i < count && list[i];
    count = lrp_call_ints(call, "scan_output_axes", list, SCANS);
    for (int i = 0; i < scan->made; i++) scan->made_axis[i] = i < count ? (int)list[i] : 0;
    count = lrp_call_ints(call, "scan_output_directions", list, SCANS);
    for (int i = 0; i < scan->made; i++) scan->made_back[i] = i < count && list[i];
    return LRP_OK;
}

static enum lrp_status scan_open(const struct lrp_call *call, const struct lrp_bodies *bodies,
                                 const struct lrp_tensor *const *in, struct scan_node *scan, struct lrp_error *err)
{
    const int64_t cut = lrp_call_int(call, "num_scan_inputs", 0);
    *scan = (struct scan_node){.body = bodies->find(bodies, "body"), .batch = call->opset < 9, .first = call->opset < 9};
    if (scan->body < 0) return lrp_fail(err, LRP_FILE, "it has no body");
    const int takes = bodies->input_count(bodies, scan->body), makes = bodies->output_count(bodies, scan->body);
    if (cut < 1 || cut > SCANS || cut > takes || bodies->given < scan->first + takes || makes < takes - cut ||
        makes - (takes - cut) > SCANS || call->out_count > makes)
        return lrp_fail(err, LRP_FILE, "its body does not fit to its inputs and outputs");
    scan->scans = (int)cut;
    scan->states = takes - (int)cut;
    scan->made = makes - scan->states;
    for (int i = 0; i < takes; i++)
        if (!in[scan->first + i]) return lrp_fail(err, LRP_FILE, "one of its inputs is missing");
    const enum lrp_status status = scan_lists(call, scan, in, err);
    if (status) return status;
    for (int i = 0; i < scan->scans; i++) {
        const struct lrp_tensor *t = in[scan->first + scan->states + i];
        const size_t length = (size_t)t->shape.dim[scan->axis[i]];
        if (i == 0) scan->turns = length;
        if (length != scan->turns) return lrp_fail(err, LRP_FILE, "the inputs it scans are not equally long");
    }
    return scan->turns <= CONTROL_TURNS ? LRP_OK : lrp_fail(err, LRP_UNSUPPORTED, "it would take %zu turns", scan->turns);
}

/* One turn: state[] becomes that of the next; made gets another item each. in: what is scanned. */
static enum lrp_status scan_turn(const struct scan_node *scan, struct lrp_bodies *bodies, const struct lrp_tensor *const *in,
                                 size_t k, struct lrp_tensor **state, struct control_row *made, const struct lrp_run *run,
                                 struct lrp_error *err)
{
    const size_t takes = (size_t)scan->states + (size_t)scan->scans, makes = (size_t)scan->states + (size_t)scan->made;
    struct lrp_tensor **given = calloc(takes + 1, sizeof(struct lrp_tensor *)),
                      **out = calloc(makes + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = given && out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; !status && i < scan->states; i++) given[i] = lrp_tensor_retain(state[i]);
    for (int i = 0; !status && i < scan->scans; i++)
        status =
            control_slice(in[i], scan->axis[i], scan->back[i] ? scan->turns - 1 - k : k, run, &given[scan->states + i], err);
    if (!status) status = bodies->turn(bodies, scan->body, (const struct lrp_tensor *const *)given, out, run, err);
    for (size_t i = 0; !status && i < makes; i++) {
        struct lrp_tensor *item = out[i];
        out[i] = NULL;
        if (i >= (size_t)scan->states) {
            status = control_row_add(&made[i - (size_t)scan->states], item, err);
        } else {
            lrp_tensor_release(state[i]);
            state[i] = item;
        }
    }
    if (given) control_release(given, takes);
    if (out) control_release(out, makes);
    free(given);
    free(out);
    return status;
}

/* All turns; in: states, then what is scanned. out: final states, then what was put together; new references. */
static enum lrp_status scan_run(const struct scan_node *scan, struct lrp_bodies *bodies, const struct lrp_tensor *const *in,
                                struct lrp_tensor **out, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor **state = calloc((size_t)scan->states + 1, sizeof(struct lrp_tensor *));
    struct control_row *made = calloc((size_t)scan->made + 1, sizeof *made);
    enum lrp_status status = state && made ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; !status && i < scan->states; i++) state[i] = lrp_tensor_retain(in[i]);
    for (size_t k = 0; !status && k < scan->turns; k++)
        status = scan_turn(scan, bodies, in + scan->states, k, state, made, run, err);
    for (int j = 0; !status && j < scan->states; j++) out[j] = lrp_tensor_retain(state[j]);
    for (int j = 0; !status && j < scan->made; j++)
        status = control_row_stack(&made[j], scan->made_axis[j], scan->made_back[j],
                                   bodies->declared(bodies, scan->body, scan->states + j), run, &out[scan->states + j], err);
    if (state) control_release(state, (size_t)scan->states);
    for (int i = 0; made && i < scan->made; i++) control_row_free(&made[i]);
    free(state);
    free(made);
    return status;
}

/* ---- version 8: sample by sample ---- */

/* How many slices of a sample count. */
static enum lrp_status sample_turns(const struct scan_node *scan, const struct lrp_tensor *lengths, size_t sample,
                                    size_t *turns, struct lrp_error *err)
{
    const int64_t length = lengths ? lengths->i[sample] : (int64_t)scan->turns;
    if (length < 0 || (uint64_t)length > scan->turns)
        return lrp_fail(err, LRP_FILE, "a sequence of %lld elements does not fit into the %zu there are", (long long)length,
                        scan->turns);
    *turns = (size_t)length;
    return LRP_OK;
}

static enum lrp_status batch_size(const struct scan_node *scan, const struct lrp_tensor *const *in, size_t *out,
                                  struct lrp_error *err)
{
    const int64_t size = in[scan->first + scan->states]->shape.dim[0];
    for (int i = 0; i < scan->states + scan->scans; i++)
        if (in[scan->first + i]->shape.rank < 1 || in[scan->first + i]->shape.dim[0] != size)
            return lrp_fail(err, LRP_FILE, "its inputs are not of one batch");
    if (in[0] && (int64_t)in[0]->count != size) return lrp_fail(err, LRP_FILE, "it needs a length for every sample");
    *out = (size_t)size;
    return LRP_OK;
}

/* One sample's slices of all inputs, its axes one less. */
static enum lrp_status one_sample(const struct scan_node *scan, const struct lrp_tensor *const *in, size_t sample,
                                  struct scan_node *one, struct lrp_tensor **slices, const struct lrp_run *run,
                                  struct lrp_error *err)
{
    *one = *scan;
    one->first = 0;
    for (int i = 0; i < scan->scans; i++) one->axis[i] = scan->axis[i] - 1;
    enum lrp_status status = sample_turns(scan, in[0], sample, &one->turns, err);
    for (int i = 0; !status && i < scan->states + scan->scans; i++)
        status = control_slice(in[scan->first + i], 0, sample, run, &slices[i], err);
    return status;
}

/* What a sample with fewer slices makes is filled up with zeros. */
static enum lrp_status fill_up(struct lrp_tensor **made, size_t turns, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_shape shape = (*made)->shape;
    struct lrp_tensor *whole = NULL;
    if (shape.rank < 1 || (size_t)shape.dim[0] >= turns) return LRP_OK;
    const size_t size = lrp_dtype_is_float((*made)->dtype) ? sizeof(float) : sizeof(int64_t);
    shape.dim[0] = (int64_t)turns;
    const enum lrp_status status = lrp_tensor_zero(run ? run->pool : NULL, (*made)->dtype, &shape, &whole, err);
    if (status) return status;
    if ((*made)->count) memcpy(whole->f, (*made)->f, (*made)->count * size);
    const enum lrp_status kept = lrp_tensor_keep_texts(whole, err);
    lrp_tensor_release(*made);
    *made = whole;
    return kept;
}

static enum lrp_status scan_batch(const struct scan_node *scan, struct lrp_bodies *bodies, const struct lrp_tensor *const *in,
                                  struct lrp_tensor **out, const struct lrp_run *run, struct lrp_error *err)
{
    const size_t takes = (size_t)scan->states + (size_t)scan->scans, makes = (size_t)scan->states + (size_t)scan->made;
    size_t samples = 0;
    struct lrp_tensor **slices = calloc(takes + 1, sizeof(struct lrp_tensor *)),
                      **made = calloc(makes + 1, sizeof(struct lrp_tensor *));
    struct control_row *rows = calloc(makes + 1, sizeof *rows);
    enum lrp_status status = slices && made && rows ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = batch_size(scan, in, &samples, err);
    for (size_t b = 0; !status && b < samples; b++) {
        struct scan_node one;
        status = one_sample(scan, in, b, &one, slices, run, err);
        if (!status) status = scan_run(&one, bodies, (const struct lrp_tensor *const *)slices, made, run, err);
        for (int i = 0; !status && i < scan->made; i++) status = fill_up(&made[scan->states + i], scan->turns, run, err);
        for (size_t i = 0; !status && i < makes; i++) {
            status = control_row_add(&rows[i], made[i], err);
            made[i] = NULL;
        }
        control_release(slices, takes);
    }
    for (size_t i = 0; !status && i < makes; i++)
        status = control_row_stack(&rows[i], 0, false, bodies->declared(bodies, scan->body, (int)i), run, &out[i], err);
    for (size_t i = 0; rows && i < makes; i++) control_row_free(&rows[i]);
    if (slices) control_release(slices, takes);
    if (made) control_release(made, makes);
    free(slices);
    free(made);
    free(rows);
    return status;
}

enum lrp_status control_scan(LRP_CONTROL_PARAMETERS)
{
    struct scan_node scan;
    enum lrp_status status = scan_open(call, bodies, in, &scan, err);
    if (status) return status;
    const size_t makes = (size_t)scan.states + (size_t)scan.made;
    struct lrp_tensor **made = calloc(makes + 1, sizeof(struct lrp_tensor *));
    if (!made) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    status = scan.batch ? scan_batch(&scan, bodies, in, made, run, err) : scan_run(&scan, bodies, in, made, run, err);
    for (int j = 0; !status && j < call->out_count; j++) {
        out[j] = made[j];
        made[j] = NULL;
    }
    control_release(made, makes);
    free(made);
    return status;
}

/* ---- back ---- */

/* Through turn k of a sample, which was turn `number` of all. s: what the outputs are given. */
static enum lrp_status scan_turn_back(const struct scan_node *scan, struct lrp_bodies *bodies, size_t k, size_t number,
                                      const struct lrp_tensor *const *s, struct lrp_tensor **state,
                                      struct lrp_tensor *const *scanned, const struct lrp_run *run, struct lrp_error *err)
{
    const size_t takes = (size_t)scan->states + (size_t)scan->scans, makes = (size_t)scan->states + (size_t)scan->made;
    struct lrp_tensor **given = calloc(takes + 1, sizeof(struct lrp_tensor *)),
                      **made = calloc(makes + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = given && made ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; !status && i < scan->states; i++) {
        made[i] = state[i];
        state[i] = NULL;
    }
    for (int i = 0; !status && i < scan->made; i++) {
        const struct lrp_tensor *t = s[scan->states + i];
        const int axis = !t ? 0 : scan->made_axis[i] < 0 ? scan->made_axis[i] + t->shape.rank : scan->made_axis[i];
        if (t) status = control_slice(t, axis, scan->made_back[i] ? scan->turns - 1 - k : k, run, &made[scan->states + i], err);
    }
    if (!status) status = bodies->back(bodies, number, (const struct lrp_tensor *const *)made, given, run, err);
    for (int i = 0; !status && i < scan->states; i++) {
        state[i] = given[i];
        given[i] = NULL;
    }
    for (int i = 0; !status && i < scan->scans; i++)
        if (given[scan->states + i] && scanned[i])
            control_slice_add(scanned[i], scan->axis[i], scan->back[i] ? scan->turns - 1 - k : k, given[scan->states + i]);
    if (given) control_release(given, takes);
    if (made) control_release(made, makes);
    free(given);
    free(made);
    return status;
}

/* Zeroed tensors for what floats that are scanned get. */
static enum lrp_status scanned_new(const struct scan_node *scan, const struct lrp_tensor *const *in,
                                   struct lrp_tensor **scanned, const struct lrp_run *run, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < scan->scans; i++)
        if (lrp_dtype_is_float(in[i]->dtype))
            status = lrp_tensor_zero(run ? run->pool : NULL, LRP_DTYPE_FLOAT, &in[i]->shape, &scanned[i], err);
    return status;
}

/* in: states, then what is scanned; the turns are those before `end`. given: new references. */
static enum lrp_status scan_run_back(const struct scan_node *scan, struct lrp_bodies *bodies, size_t end,
                                     const struct lrp_tensor *const *in, const struct lrp_tensor *const *s,
                                     struct lrp_tensor **given, const struct lrp_run *run, struct lrp_error *err)
{
    for (int i = 0; i < scan->states; i++)
        if (s[i]) given[i] = lrp_tensor_retain(s[i]);
    enum lrp_status status = scanned_new(scan, in + scan->states, given + scan->states, run, err);
    for (size_t k = scan->turns; !status && k-- > 0;)
        status = scan_turn_back(scan, bodies, k, end - scan->turns + k, s, given, given + scan->states, run, err);
    return status;
}

/* Sample b's part of the cotangents. */
static enum lrp_status sample_cotangents(const struct scan_node *scan, const struct lrp_tensor *const *s, size_t b,
                                         struct lrp_tensor **part, const struct lrp_run *run, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < scan->states + scan->made; i++)
        if (s[i]) status = control_slice(s[i], 0, b, run, &part[i], err);
    return status;
}

static enum lrp_status scan_batch_back(const struct scan_node *scan, struct lrp_bodies *bodies,
                                       const struct lrp_tensor *const *in, const struct lrp_tensor *const *s,
                                       struct lrp_tensor **given, const struct lrp_run *run, struct lrp_error *err)
{
    const size_t takes = (size_t)scan->states + (size_t)scan->scans, makes = (size_t)scan->states + (size_t)scan->made;
    size_t samples = 0, end = bodies->turns;
    struct lrp_tensor **slices = calloc(takes + 1, sizeof(struct lrp_tensor *)),
                      **back = calloc(takes + 1, sizeof(struct lrp_tensor *)),
                      **part = calloc(makes + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = slices && back && part ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = batch_size(scan, in, &samples, err);
    for (size_t i = 0; !status && i < takes; i++)
        if (lrp_dtype_is_float(in[i + (size_t)scan->first]->dtype))
            status =
                lrp_tensor_zero(run ? run->pool : NULL, LRP_DTYPE_FLOAT, &in[i + (size_t)scan->first]->shape, &given[i], err);
    for (size_t b = samples; !status && b-- > 0;) {
        struct scan_node one;
        status = one_sample(scan, in, b, &one, slices, run, err);
        if (!status) status = sample_cotangents(scan, s, b, part, run, err);
        if (!status)
            status = scan_run_back(&one, bodies, end, (const struct lrp_tensor *const *)slices,
                                   (const struct lrp_tensor *const *)part, back, run, err);
        for (size_t i = 0; !status && i < takes; i++)
            if (back[i] && given[i]) control_slice_add(given[i], 0, b, back[i]);
        end -= status ? 0 : one.turns;
        control_release(slices, takes);
        control_release(back, takes);
        control_release(part, makes);
    }
    free(slices);
    free(back);
    free(part);
    return status;
}

enum lrp_status control_scan_back(LRP_CONTROL_BACK_PARAMETERS)
{
    struct scan_node scan;
    enum lrp_status status = scan_open(call, bodies, in, &scan, err);
    if (status) return status;
    const struct lrp_tensor **all = calloc((size_t)scan.states + (size_t)scan.made + 1, sizeof(struct lrp_tensor *));
    if (!all) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int j = 0; j < call->out_count; j++) all[j] = s[j];
    status = scan.batch ? scan_batch_back(&scan, bodies, in, all, given + scan.first, run, err)
                        : scan_run_back(&scan, bodies, bodies->turns, in, all, given, run, err);
    free(all);
    return status;
}
