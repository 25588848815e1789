/* einsum.c: Einsum: sums of products over labelled axes; a gradient is such a sum, too. */
#include <ctype.h>
#include <string.h>

#include "batch.h"
#include "view.h"

enum { MOST_OPERANDS = 8, MOST_LABELS = 16 };

/* Labels are numbered as they appear; those of an ellipsis are named 1..8, which no letter is. */
struct equation {
    int operands, labels;
    char name[MOST_LABELS];
    int64_t dim[MOST_LABELS];
    int64_t stride[MOST_OPERANDS + 1][MOST_LABELS]; /* [operands]: of the output; 0 where an operand lacks the label */
    bool has[MOST_OPERANDS + 1][MOST_LABELS];
    int label[MOST_OPERANDS + 1][LRP_MAX_RANK]; /* by axis */
    int count[MOST_LABELS];                     /* how often a label stands in the inputs */
    struct lrp_shape out;
};

static int label_of(struct equation *e, char name)
{
    for (int k = 0; k < e->labels; ++k)
        if (e->name[k] == name) return k;
    if (e->labels == MOST_LABELS) return -1;
    e->name[e->labels] = name;
    e->dim[e->labels] = 1;
    return e->labels++;
}

/* The labels of one term; an ellipsis stands for `hidden` axes. Returns how many, -1 if the term is none. */
static int read_term(const char **at, int hidden, char out[LRP_MAX_RANK])
{
    int count = 0;
    for (; **at && **at != ',' && **at != '-'; ++*at) {
        if (**at == ' ') continue;
        if (strncmp(*at, "...", 3) == 0) {
            *at += 2;
            for (int k = 0; k < hidden; ++k, ++count)
                if (count < LRP_MAX_RANK) out[count] = (char)(1 + LRP_MAX_RANK - hidden + k);
        } else if (!isalpha((unsigned char)**at)) {
            return -1;
        } else if (count++ < LRP_MAX_RANK) {
            out[count - 1] = **at;
        }
    }
    return count > LRP_MAX_RANK ? -1 : count;
}

/* Axes an ellipsis of the term at `at` stands for in a tensor of that rank; 0 if it has none. */
static int hidden_axes(const char *at, int rank)
{
    int letters = 0;
    bool found = false;
    for (; *at && *at != ',' && *at != '-'; ++at) {
        letters += isalpha((unsigned char)*at) != 0;
        found = found || *at == '.';
    }
    return found && rank > letters ? rank - letters : 0;
}

static bool read_operand(struct equation *e, int i, const struct lrp_shape *shape, const char **at)
{
    char labels[LRP_MAX_RANK];
    int64_t strides[LRP_MAX_RANK];
    lrp_dense_strides(shape, strides);
    if (read_term(at, hidden_axes(*at, shape->rank), labels) != shape->rank) return false;
    for (int k = 0; k < shape->rank; ++k) {
        const int label = label_of(e, labels[k]);
        if (label < 0) return false;
        e->label[i][k] = label;
        const int64_t dim = shape->dim[k];
        const bool hidden = labels[k] <= LRP_MAX_RANK;
        if (e->count[label] && dim != e->dim[label] && !(hidden && (dim == 1 || e->dim[label] == 1))) return false;
        e->dim[label] = e->count[label]++ && hidden && dim == 1 ? e->dim[label] : dim;
        e->has[i][label] = !hidden || dim != 1;
        e->stride[i][label] += hidden && dim == 1 ? 0 : strides[k];
    }
    return true;
}

/* Without "->": the ellipsis, then the labels that stand there once, by the alphabet. */
static int implicit_output(const struct equation *e, char out[LRP_MAX_RANK])
{
    int count = 0;
    for (int name = 1; name <= 'z'; ++name)
        for (int k = 0; k < e->labels; ++k)
            if (e->name[k] == name && (name <= LRP_MAX_RANK || e->count[k] == 1)) {
                if (count == LRP_MAX_RANK) return -1;
                out[count++] = (char)name;
            }
    return count;
}

static bool read_output(struct equation *e, const char *at)
{
    char labels[LRP_MAX_RANK];
    int hidden = 0, count = 0;
    for (int k = 0; k < e->labels; ++k) hidden += e->name[k] <= LRP_MAX_RANK;
    if (*at == '-' && at[1] != '>') return false;
    const char *rest = at + 2;
    count = *at ? read_term(&rest, hidden, labels) : implicit_output(e, labels);
    if (count < 0 || (*at && *rest)) return false;
    e->out.rank = count;
    for (int k = 0; k < count; ++k) {
        const int known = e->labels, label = label_of(e, labels[k]);
        if (label < 0 || e->labels > known || e->has[e->operands][label]) return false;
        e->out.dim[k] = e->dim[label];
        e->label[e->operands][k] = label;
        e->has[e->operands][label] = true;
    }
    int64_t strides[LRP_MAX_RANK];
    lrp_dense_strides(&e->out, strides);
    for (int k = 0; k < count; ++k) e->stride[e->operands][label_of(e, labels[k])] = strides[k];
    return true;
}

static bool read_equation(const struct lrp_call *call, struct equation *e)
{
    const char *at = lrp_call_string(call, "equation", "");
    *e = (struct equation){.operands = call->in_count};
    for (int i = 0; i < e->operands; ++i) {
        if (!read_operand(e, i, call->in[i].shape, &at)) return false;
        if (i + 1 < e->operands && *at++ != ',') return false;
    }
    return read_output(e, at);
}

/* An axis of a factor is where the output has its label; nowhere if it is summed over. */
static bool einsum_batch(LRP_BATCH_PARAMETERS)
{
    struct equation e;
    (void)output;
    if (call->in_count > MOST_OPERANDS || !read_equation(call, &e)) return false;
    const int label = e.label[input][at->axis];
    at->axis = -1;
    for (int k = 0; k < e.out.rank; ++k)
        if (e.label[e.operands][k] == label) at->axis = k;
    return at->axis >= 0;
}

static enum lrp_status einsum_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct equation e;
    enum lrp_status status = lrp_infer_arity(call, 1, MOST_OPERANDS, err);
    for (int i = 0; i < call->in_count && !status; ++i)
        if (!lrp_call_has(call, i)) status = lrp_fail(err, LRP_FILE, "input %d of Einsum is missing", i);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, call->in_count, err);
    if (!status && call->in_count > MOST_OPERANDS)
        return lrp_fail(err, LRP_UNSUPPORTED, "Einsum of more than %d inputs is not implemented", MOST_OPERANDS);
    if (!status && !read_equation(call, &e))
        return lrp_fail(err, LRP_FILE, "equation \"%.100s\" of Einsum does not fit its inputs",
                        lrp_call_string(call, "equation", ""));
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &e.out, err);
}

/* target = sum of products of the factors. Outer labels are those of the target, inner ones are summed over. */
struct contraction {
    int factors, outer, inner;
    int64_t dim[MOST_LABELS]; /* outer labels first */
    int64_t stride[MOST_OPERANDS + 1][MOST_LABELS];
    const float *factor[MOST_OPERANDS];
    float *target;
    size_t sums;
};

static void add_label(struct contraction *c, const struct equation *e, int label, const int *roles, int target)
{
    const int at = c->outer + c->inner;
    c->dim[at] = e->dim[label];
    for (int f = 0; f < c->factors; ++f) c->stride[f][at] = e->stride[roles[f]][label];
    c->stride[c->factors][at] = e->stride[target][label];
    ++*(e->has[target][label] ? &c->outer : &c->inner);
    c->sums *= e->has[target][label] ? 1 : (size_t)e->dim[label];
}

/* Moves every pointer on to index `at` of labels [first, last). */
static void move_places(const struct contraction *c, size_t at, int first, int last, int64_t place[MOST_OPERANDS + 1])
{
    for (int k = last - 1; k >= first; --k) {
        const int64_t index = (int64_t)(at % (size_t)c->dim[k]);
        at /= (size_t)c->dim[k];
        for (int f = 0; f <= c->factors; ++f) place[f] += index * c->stride[f][k];
    }
}

static double inner_sum(const struct contraction *c, const int64_t *base)
{
    const int last = c->outer + c->inner - 1;
    const size_t run = c->inner ? (size_t)c->dim[last] : 1;
    double sum = 0;
    for (size_t at = 0; at < c->sums; at += run) {
        int64_t place[MOST_OPERANDS + 1];
        memcpy(place, base, sizeof place);
        move_places(c, at, c->outer, c->outer + c->inner, place);
        for (size_t i = 0; i < run; ++i) {
            float product = 1;
            for (int f = 0; f < c->factors; ++f) {
                product *= c->factor[f][place[f]];
                place[f] += c->inner ? c->stride[f][last] : 0;
            }
            sum += (double)product;
        }
    }
    return sum;
}

static void contract_range(const void *data, size_t first, size_t last)
{
    const struct contraction *c = data;
    for (size_t at = first; at < last; ++at) {
        int64_t place[MOST_OPERANDS + 1] = {0};
        move_places(c, at, 0, c->outer, place);
        c->target[place[c->factors]] = (float)inner_sum(c, place);
    }
}

/* Operand `target` of the equation from all the others in `roles`. */
static void contract(const struct equation *e, struct contraction *c, const int *roles, int target, const struct lrp_run *run)
{
    size_t outer = 1;
    c->sums = 1;
    for (int pass = 0; pass < 2; ++pass)
        for (int label = 0; label < e->labels; ++label)
            if (e->has[target][label] == (pass == 0)) {
                outer *= pass == 0 ? (size_t)e->dim[label] : 1;
                add_label(c, e, label, roles, target);
            }
    lrp_for_range(run, outer, c->sums * (size_t)c->factors, contract_range, c);
}

static enum lrp_status einsum_forward(LRP_FORWARD_PARAMETERS)
{
    struct equation e;
    struct contraction c = {.factors = call->in_count, .target = out[0]->f};
    int roles[MOST_OPERANDS];
    (void)handle, (void)err;
    (void)read_equation(call, &e);
    for (int i = 0; i < e.operands; ++i) {
        roles[i] = i;
        c.factor[i] = in[i]->f;
    }
    contract(&e, &c, roles, e.operands, run);
    return LRP_OK;
}

static enum lrp_status einsum_vjp(LRP_VJP_PARAMETERS)
{
    struct equation e;
    (void)handle, (void)err, (void)out;
    (void)read_equation(call, &e);
    for (int i = 0; i < e.operands && s[0]; ++i) {
        struct contraction c = {.factors = e.operands};
        int roles[MOST_OPERANDS], count = 0;
        if (!grad[i]) continue;
        c.target = grad[i]->f;
        for (int k = 0; k < e.operands; ++k)
            if (k != i) {
                roles[count] = k;
                c.factor[count++] = in[k]->f;
            }
        roles[count] = e.operands;
        c.factor[count] = s[0]->f;
        contract(&e, &c, roles, i, run);
    }
    return LRP_OK;
}

static int64_t einsum_macs(const struct lrp_call *call)
{
    struct equation e;
    int64_t count = call->in_count > 1;
    (void)read_equation(call, &e);
    for (int k = 0; k < e.labels; ++k)
        if (__builtin_mul_overflow(count, e.dim[k], &count)) return INT64_MAX;
    return count;
}

/* The family's row. */
const struct lrp_operator lrp_ops_einsum[] = {
    {.name = "Einsum",
     .domain = "",
     .versions = {12},
     .traits = LRP_TRAIT_PRODUCT,
     .static_kind = LRP_KIND_OTHER,
     .infer = einsum_infer,
     .forward = einsum_forward,
     .vjp = einsum_vjp,
     .macs = einsum_macs,
     .batch = einsum_batch},
    {0},
};
