/* recurrent.h: what LSTM, GRU and RNN share: sizes, activation functions, and one direction's pass through the steps. */
#ifndef LRP_OPS_RECURRENT_RECURRENT_H
#define LRP_OPS_RECURRENT_RECURRENT_H

#include <math.h>

#include "elementwise.h"
#include "relevance.h"

enum { RECURRENT_FUNCTIONS = 3, RECURRENT_GATES = 4 };

/* ---- activation functions ---- */

struct recurrent_activation {
    const char *name;
    bool takes_alpha, takes_beta;
    float alpha, beta; /* defaults */
    void (*map)(const float *restrict x, float *restrict y, size_t n, float alpha, float beta);
    void (*slope)(const float *restrict x, const float *restrict y, float *restrict s, size_t n, float alpha, float beta);
};
/* The function of that name, in whatever letters; NULL if ONNX has none. */
const struct recurrent_activation *recurrent_activation_find(const char *name);

struct recurrent_function {
    const struct recurrent_activation *row;
    float alpha, beta;
};

/* ---- a call ---- */

struct recurrent_pass;
/* A row's own data: what kind of cell it is. */
struct recurrent_cell {
    int gates;                                 /* blocks of W and R */
    int outer;                                 /* of these, how many read h as it comes; the others read the pass's `inner` */
    int functions;                             /* activation functions of a direction */
    int function_of[RECURRENT_GATES];          /* by gate */
    const char *defaults[RECURRENT_FUNCTIONS]; /* names of the functions */
    bool has_memory;                           /* a state c besides h */
    /* All of step k of a pass: forward; back: from dh, dc to to_x, to_h, to_n, and to dh, dc of the step before. */
    enum lrp_status (*step)(struct recurrent_pass *pass, size_t k, struct lrp_error *err);
    enum lrp_status (*back)(struct recurrent_pass *pass, size_t k, struct lrp_error *err);
};

struct recurrent {
    const struct recurrent_cell *cell;
    size_t steps, batch, inputs, hidden, directions;
    size_t width; /* gates x hidden */
    bool batch_first, linear_before_reset, coupled;
    bool rounded; /* R reads h in 256 steps found in it anew at every step: onnxruntime's DynamicQuantizeLSTM */
    bool reverse[2];
    float clip; /* of what gates are given; INFINITY: none */
    struct recurrent_function functions[2][RECURRENT_FUNCTIONS];
};
/* Inputs of a call. P: peepholes, of LSTM only. */
enum { RECURRENT_X, RECURRENT_W, RECURRENT_R, RECURRENT_B, RECURRENT_LENGTHS, RECURRENT_H, RECURRENT_C, RECURRENT_P };

/* ---- one direction ---- */

/* Arrays are in the order of steps: a reversed direction begins with each sample's last element. [T,B,n]: n numbers of every
 * sample of a step. Steps beyond a sample's length change nothing. */
struct recurrent_pass {
    const struct recurrent *r;
    const struct recurrent_function *functions;
    int direction;
    const float *w, *u, *bias_w, *bias_u, *peephole; /* of this direction; biases and peepholes may be NULL */
    size_t *lengths;                                 /* by sample */
    float *x;                                        /* [T,B,I] */
    float *pre, *act;                                /* [T,B,G*H] what functions are given, clipped, and what they make of it */
    float *h, *c;                                    /* [T+1,B,H] states before each step and after the last */
    float *inner;         /* [T,B,H] GRU: what the last gate's R is multiplied with, or (linear_before_reset) the product */
    float *to_x;          /* [T,B,G*H] of pre, as it goes on to x */
    float *to_h, *to_n;   /* [T,B,outer*H], [T,B,(G-outer)*H]: as it goes on to h, and to `inner` */
    float *dh, *dc;       /* [B,H] */
    float *grad_peephole; /* [3,H] or NULL */
    float *scratch;       /* [B, G*H] */
    float *rounded;       /* [B,H] or NULL */
    const struct lrp_relevance *how; /* NULL: a vjp */
    const struct lrp_run *run;
};

static inline bool recurrent_active(const struct recurrent_pass *p, size_t b, size_t k)
{
    return k < p->lengths[b];
}
/* Where row b of step k begins in an array of n numbers a row. */
static inline size_t recurrent_at(const struct recurrent_pass *p, size_t b, size_t k, size_t n)
{
    return (k * p->r->batch + b) * n;
}
/* Clips in place, and applies the function of a gate to one row's block of it. */
void recurrent_activate(const struct recurrent_pass *p, int gate, float *pre, float *act);
/* s becomes s * f'(pre) of a gate's row; 0 where it was clipped. */
void recurrent_slope(const struct recurrent_pass *p, int gate, const float *pre, const float *act, float *s);
/* Relevance of a gate's row becomes R/stab(pre): the function passes it on as it is; 0 where it was clipped. */
void recurrent_share(const struct recurrent_pass *p, const float *pre, float *s);

/* [B,H] h as R reads it at step k; until it is asked for again. */
const float *recurrent_state(const struct recurrent_pass *p, size_t k);
/* For cells whose R reads h alone: dh of the step before from what goes to pre. */
enum lrp_status recurrent_to_state(struct recurrent_pass *p, size_t k, struct lrp_error *err);

/* ---- recurrent_pass.c ---- */

/* Memory, lengths, elements, weights and first states of a direction; `back`: for the way back too. Then all steps. Whatever
 * came of it, `p` is to be closed. */
enum lrp_status recurrent_pass_run(struct recurrent_pass *p, const struct recurrent *r, int direction, bool back,
                                   const struct lrp_tensor *const *in, const struct lrp_run *run, struct lrp_error *err);
/* The results of a direction into a call's outputs; NULL: not wanted. */
void recurrent_pass_store(const struct recurrent_pass *p, struct lrp_tensor *const *out);
/* Back through all steps from s (cotangents, or relevance if p->how), into a call's grad. */
enum lrp_status recurrent_pass_back(struct recurrent_pass *p, const struct lrp_tensor *const *s, struct lrp_tensor *const *grad,
                                    struct lrp_error *err);
void recurrent_pass_close(struct recurrent_pass *p);

extern const struct recurrent_cell recurrent_lstm, recurrent_gru, recurrent_rnn;

#endif
