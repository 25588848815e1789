/* fuzz_rule.c: the text of a rule or a composite, which must parse back from what it prints. */
#include <string.h>

#include "input.h"
#include "lrpscope/composite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct lrp_composite *composite;
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (lrp_composite_parse(text, NULL, LRP_CONVENTION_JULIA, &composite, NULL) == LRP_OK) {
        char *printed = lrp_composite_text(composite);
        struct lrp_composite *again;
        if (printed) {
            if (lrp_composite_parse(printed, NULL, LRP_CONVENTION_JULIA, &again, NULL)) abort();
            lrp_composite_free(again);
        }
        free(printed);
        lrp_composite_free(composite);
    }
    free(text);
    return 0;
}
