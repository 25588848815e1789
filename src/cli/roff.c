/* roff.c: text in manual pages. */
#include "roff.h"

#include <stdbool.h>
#include <string.h>

#include "lrpscope/error.h"

/* Arrow keys by their names in roff, which knows no UTF-8 unless it is told; *text ends on the arrow's last byte. */
static bool put_arrow(FILE *file, const char **text)
{
    static const char *const arrows[][2] = {{"←", "\\(<-"}, {"→", "\\(->"}, {"↑", "\\(ua"}, {"↓", "\\(da"}};
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        if (!strncmp(*text, arrows[i][0], strlen(arrows[i][0]))) {
            fputs(arrows[i][1], file);
            *text += strlen(arrows[i][0]) - 1;
            return true;
        }
    return false;
}

void lrp_cli_roff(FILE *file, const char *text)
{
    text = text ? text : ""; /* of a row that lacks it, which a test names */
    if (*text == '.' || *text == '\'') fputs("\\&", file);
    for (; *text; text++)
        if (*text == '\\')
            fputs("\\e", file);
        else if (*text == '-')
            fputs("\\-", file);
        else if (*text == '^' || *text == '~')
            fputs(*text == '^' ? "\\(ha" : "\\(ti", file);
        else if (!put_arrow(file, &text))
            fputc(*text, file);
}

void lrp_cli_roff_title(FILE *file, const char *name, int section, const char *manual)
{
    fprintf(file, ".TH %s %d %s \"lrpscope %s\" \"%s\"\n", name, section, LRPSCOPE_DATE, lrp_version(), manual);
}

void lrp_cli_roff_line(FILE *file, const char *text)
{
    lrp_cli_roff(file, text);
    fputc('\n', file);
}

void lrp_cli_roff_paragraph(FILE *file, const char *text)
{
    fputs(".PP\n", file);
    lrp_cli_roff_line(file, text);
}

void lrp_cli_roff_entry(FILE *file, const char *name, const char *line)
{
    fputs(".TP\n.B ", file);
    lrp_cli_roff_line(file, name);
    lrp_cli_roff_line(file, line);
}

void lrp_cli_roff_prose(FILE *file, const struct lrp_prose *prose, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct lrp_prose *const p = &prose[i];
        const bool formula = p->kind == LRP_PROSE_FORMULA, heading = i && prose[i - 1].kind <= LRP_PROSE_SUBSECTION;
        if (formula && (i == 0 || prose[i - 1].kind != LRP_PROSE_FORMULA)) fputs(".RS\n.nf\n", file);
        if (p->kind == LRP_PROSE_SECTION || p->kind == LRP_PROSE_SUBSECTION)
            fputs(p->kind == LRP_PROSE_SECTION ? ".SH " : ".SS ", file);
        else if (p->kind == LRP_PROSE_PARAGRAPH && !heading)
            fputs(".PP\n", file);
        if (p->kind == LRP_PROSE_ENTRY)
            lrp_cli_roff_entry(file, p->text, p->line);
        else
            lrp_cli_roff_line(file, p->text);
        if (formula && (i + 1 == count || prose[i + 1].kind != LRP_PROSE_FORMULA)) fputs(".fi\n.RE\n", file);
    }
}

void lrp_cli_roff_example(FILE *file, const char *const *lines, size_t count)
{
    fputs(".SH EXAMPLE\n.nf\n", file);
    for (size_t i = 0; i < count; i++) lrp_cli_roff_line(file, lines[i]);
    fputs(".fi\n", file);
}

void lrp_cli_roff_bugs(FILE *file, const char *const *lines, size_t count)
{
    fputs(".SH BUGS\n", file);
    for (size_t i = 0; i < count; i++) lrp_cli_roff_paragraph(file, lines[i]);
    lrp_cli_roff_paragraph(file, "A report says what \"lrpscope --version\" prints, the whole command, and names the smallest "
                                 "model that shows the fault.");
}
