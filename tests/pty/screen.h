/* screen.h: a program on a pseudo-terminal, seen through libvterm. */
#ifndef LRP_TEST_PTY_SCREEN_H
#define LRP_TEST_PTY_SCREEN_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include <vterm.h>

struct screen {
    int fd;
    pid_t pid, child; /* pid is 0 once it has ended */
    char report[128]; /* where a sanitizer writes, without the process's number */
    VTerm *vterm;
    VTermScreen *cells;
    int columns, rows;
    bool alternate, cursor;
    FILE *bytes; /* everything that was written */
};

/* Starts arguments[0] on a terminal of that size with TERM=xterm-256color, and the variable (may be NULL) set. */
void screen_start(struct screen *s, char *const arguments[], int columns, int rows, const char *variable);
/* The same below a small shell that has job control: when the program stops it says "[stopped]" and waits for screen_resume. */
void screen_start_job(struct screen *s, char *const arguments[], int columns, int rows, const char *variable);
void screen_resume(struct screen *s);
/* Reads what comes within that time. */
void screen_pass(struct screen *s, int ms);
/* Waits, without reading, until the terminal takes no more and the rest of what is written queues up before it. */
bool screen_wait_full(struct screen *s);
/* Bytes written so far. */
long screen_byte_count(struct screen *s);
/* Waits until the screen holds the text, at most 10 s; false with the screen on stderr if it does not come. */
bool screen_wait(struct screen *s, const char *text);
/* Waits until it does not hold the text. */
bool screen_wait_gone(struct screen *s, const char *text);
void screen_type(struct screen *s, const char *bytes);
void screen_resize(struct screen *s, int columns, int rows);
/* Cells of a character whose foreground and background are colours of their own. */
int screen_count_colored(struct screen *s, unsigned rune);
/* Waits until there are so many. */
bool screen_wait_colored(struct screen *s, unsigned rune, int least);
/* Bytes written so far hold the part. */
bool screen_wrote(struct screen *s, const char *part, size_t length);
/* Waits for the end, at most 10 s; the exit code, 128 + signal, or -1. */
int screen_end(struct screen *s);
/* Waits for the end; false, with a sanitizer's report on stderr, if the exit code is another one or there is a report. */
bool screen_ends_with(struct screen *s, int wanted);
void screen_free(struct screen *s);

#endif
