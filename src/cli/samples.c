/* samples.c: the samples of a pass, and the results of several passes put together along the batch axis. */
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grown.h"

size_t lrp_cli_samples_in(const struct lrp_cli_job *job)
{
    const int64_t samples = lrp_session_one_by_one(job->session) ? 1 : lrp_session_samples(job->session);
    return samples > 0 ? (size_t)samples : 1;
}

char *lrp_cli_sample_name(const char *path, size_t index, size_t count)
{
    if (count <= 1) return strdup(path);
    char *name = NULL;
    return asprintf(&name, "%s[%zu]", path, index) < 0 ? NULL : name;
}

enum lrp_status lrp_cli_stack_push(struct lrp_stack *stack, const struct lrp_tensor *tensor, struct lrp_error *err)
{
    struct lrp_tensor **parts = lrp_grown(stack->parts, stack->count, &stack->capacity, sizeof(struct lrp_tensor *));
    if (!parts) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    stack->parts = parts;
    stack->parts[stack->count++] = lrp_tensor_retain(tensor);
    return LRP_OK;
}

static bool fits_on(const struct lrp_shape *first, const struct lrp_shape *next)
{
    struct lrp_shape a = *first, b = *next;
    if (a.rank < 1 || b.rank < 1) return false;
    a.dim[0] = b.dim[0] = 1;
    return lrp_shape_equal(&a, &b);
}

static enum lrp_status join_samples(const struct lrp_stack *stack, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_shape shape = stack->parts[0]->shape;
    for (size_t i = 1; i < stack->count; i++) {
        if (!fits_on(&shape, &stack->parts[i]->shape))
            return lrp_fail(err, LRP_USAGE,
                            "the results of several samples have shapes that make no array (explain them one by one)");
        shape.dim[0] += stack->parts[i]->shape.dim[0];
    }
    const enum lrp_status status = lrp_tensor_new(stack->parts[0]->dtype, &shape, out, err);
    size_t filled = 0;
    for (size_t i = 0; !status && i < stack->count; i++) {
        const struct lrp_tensor *part = stack->parts[i];
        if (lrp_dtype_is_float(part->dtype))
            memcpy((*out)->f + filled, part->f, part->count * sizeof *part->f);
        else
            memcpy((*out)->i + filled, part->i, part->count * sizeof *part->i);
        filled += part->count;
    }
    return status;
}

enum lrp_status lrp_cli_stack_write(const struct lrp_stack *stack, const char *path, struct lrp_error *err)
{
    if (!stack->count) return LRP_OK;
    if (stack->count == 1) return lrp_tensor_write_npy(stack->parts[0], path, err);
    struct lrp_tensor *all = NULL;
    enum lrp_status status = join_samples(stack, &all, err);
    if (!status) status = lrp_tensor_write_npy(all, path, err);
    lrp_tensor_release(all);
    return status;
}

void lrp_cli_stack_free(struct lrp_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) lrp_tensor_release(stack->parts[i]);
    free(stack->parts);
    *stack = (struct lrp_stack){0};
}
