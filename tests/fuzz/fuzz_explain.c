/* fuzz_explain.c: an ONNX file of a stranger, explained: opened, checked, run and explained with every preset of a composite,
 * every convention and its ledger. Which convention meets which preset, and what else is set, follows from the file's bytes. */
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "input.h"
#include "lrpscope/method.h"
#include "lrpscope/session.h"

enum { ELEMENTS_MOST = 4096, LAYERS_MOST = 200, MILLISECONDS_MOST = 300 };

/* ---- not longer than it may take: a session can be interrupted ---- */

static struct lrp_session *volatile running;
static volatile sig_atomic_t late;

static void interrupt(int signal_number)
{
    (void)signal_number;
    late = 1;
    /* NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c): made for signal handlers, session.h says */
    if (running) lrp_session_interrupt(running);
}

static void set_clock(long milliseconds)
{
    const struct itimerval clock = {.it_value = {.tv_usec = milliseconds * 1000},
                                    .it_interval = {.tv_usec = milliseconds * 1000}};
    late = 0;
    signal(SIGVTALRM, interrupt); /* of computing time; libFuzzer has SIGALRM */
    setitimer(ITIMER_VIRTUAL, &clock, NULL);
}

/* ---- what it is explained with ---- */

static uint32_t hash_bytes(const uint8_t *data, size_t size)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < size; i++) hash = (hash ^ data[i]) * 16777619u;
    return hash;
}

/* Whole numbers are small: indices, lengths, masks. Texts are a few. */
static void fill(struct lrp_tensor *tensor, uint32_t random)
{
    static const char *const words[] = {"", "a", "b c", "\xC3\xA4"};
    for (size_t i = 0; i < tensor->count; i++) {
        random = random * 1664525u + 1013904223u;
        if (tensor->dtype == LRP_DTYPE_STRING)
            tensor->s[i] = words[random >> 30];
        else if (lrp_dtype_is_float(tensor->dtype))
            tensor->f[i] = (float)(random >> 8) * 0x1p-23f - 1;
        else
            tensor->i[i] = tensor->dtype == LRP_DTYPE_BOOL ? random >> 31 : random >> 30;
    }
}

/* Something of the declared shape; dimensions that are left open get a few elements. */
static enum lrp_status feed(struct lrp_session *session, size_t index, uint32_t random)
{
    struct lrp_model_value value;
    struct lrp_tensor *tensor;
    int64_t count = 1;
    lrp_model_input(lrp_session_model(session), index, &value);
    if (value.shape.rank < 0) value.shape = (struct lrp_shape){.rank = 2, .dim = {1, 4}};
    for (int i = 0; i < value.shape.rank; i++) {
        if (value.shape.dim[i] < 0) value.shape.dim[i] = i ? 3 : 2;
        if (value.shape.dim[i] > ELEMENTS_MOST || (count *= value.shape.dim[i]) > ELEMENTS_MOST) return LRP_UNSUPPORTED;
    }
    enum lrp_status status = lrp_tensor_new(value.dtype, &value.shape, &tensor, NULL);
    if (status) return status;
    fill(tensor, random);
    status = lrp_session_set_tensor(session, value.name, tensor, "made", NULL);
    lrp_tensor_release(tensor);
    return status;
}

/* "epsilon-gamma-box(-1,1)": its parameters in their order, where one has no default. */
static void write_preset(const struct lrp_composite_info *info, char *out, size_t size)
{
    const char *parameters = info->parameters, *value = "(-1";
    size_t used = (size_t)snprintf(out, size, "%s", info->name);
    if (!*parameters || strchr(parameters, '=')) return;
    for (const char *p = parameters; p; p = strchr(p + 1, ','), value = ",1")
        used += (size_t)snprintf(out + used, size - used, "%s", value);
    snprintf(out + used, size - used, ")");
}

/* ---- the explanation ---- */

/* What was said to be there is. */
static void look(struct lrp_session *session)
{
    const struct lrp_snapshot *now;
    if (lrp_session_snapshot(session, &now, NULL) != LRP_OK) return;
    if (now->check->count != now->layers->count || (now->ledger && now->ledger->count != now->layers->count)) abort();
    for (size_t i = 0; i < now->layers->count; i++) free(lrp_snapshot_fallback(now, (int)i));
    lrp_snapshot_release(now);
}

static void explain(struct lrp_session *session, struct lrp_settings *settings, const char *composite, size_t convention)
{
    const char *name = lrp_convention_text((enum lrp_convention)(convention % LRP_CONVENTION_COUNT));
    if (late || lrp_settings_set(settings, LRP_SETTING_CONVENTION, name, NULL) != LRP_OK ||
        lrp_settings_set(settings, LRP_SETTING_COMPOSITE, composite, NULL) != LRP_OK ||
        lrp_session_apply(session, settings, NULL) != LRP_OK)
        return;
    if (!late && lrp_session_run(session, LRP_WANT_LEDGER, NULL) == LRP_OK) look(session);
}

static void explain_all(struct lrp_session *session, struct lrp_settings *settings, uint32_t random)
{
    char text[128];
    size_t rules = 0, methods = 0;
    const struct lrp_composite_info *info;
    for (size_t i = 0; (info = lrp_composite_at(i)); i++) {
        write_preset(info, text, sizeof text);
        explain(session, settings, text, i + random);
    }
    while (lrp_rule_at(NULL, rules)) rules++;
    while (lrp_method_at(methods)) methods++;
    if (!rules || !methods) abort();
    explain(session, settings, lrp_rule_at(NULL, random % rules)->name, random >> 8); /* one that needs parameters is refused */
    if (lrp_settings_set(settings, LRP_SETTING_METHOD, lrp_method_at(random % methods)->name, NULL) == LRP_OK)
        explain(session, settings, "epsilon", random >> 16);
}

static bool is_small(struct lrp_session *session)
{
    const struct lrp_snapshot *now;
    if (lrp_session_snapshot(session, &now, NULL) != LRP_OK) return false;
    const bool small = now->layers->count <= LAYERS_MOST;
    lrp_snapshot_release(now);
    return small;
}

static void run(const char *path, struct lrp_settings *settings, uint32_t random)
{
    struct lrp_session *session;
    enum lrp_status status = lrp_session_open(path, settings, &session, NULL);
    if (status) return;
    running = session;
    const size_t inputs = lrp_model_input_count(lrp_session_model(session));
    for (size_t i = 0; !status && i < inputs; i++) status = feed(session, i, random + (uint32_t)i);
    if (!status && is_small(session)) explain_all(session, settings, random);
    running = NULL;
    lrp_session_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint32_t random = hash_bytes(data, size);
    struct input input = input_open(data, size);
    struct lrp_settings *settings;
    if (lrp_settings_new(&settings, NULL) == LRP_OK) {
        lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, NULL);
        lrp_settings_set_flag(settings, LRP_SETTING_CANONIZE, random & 3, NULL);
        lrp_settings_set_flag(settings, LRP_SETTING_FUSE, random & 12, NULL);
        lrp_settings_set_flag(settings, LRP_SETTING_STRIP_SOFTMAX, random & 16, NULL);
        lrp_settings_set(settings, LRP_SETTING_MEMORY, "512M", NULL);
        lrp_settings_set(settings, LRP_SETTING_THREADS, "1", NULL);
        set_clock(MILLISECONDS_MOST);
        run(input.path, settings, random);
        set_clock(0);
        lrp_settings_free(settings);
    }
    input_close(input);
    return 0;
}
