/* signals.h: signals: asked to end, interrupted, crashed; the only state outside the runner, because handlers have no
 * parameter. */
#ifndef LRP_TUI_SIGNALS_H
#define LRP_TUI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Before any signal ends the program, `leaving` is called, which must be safe in a handler (lrp_output_leave). Signals that are
 * ignored stay so. */
void lrp_signals_leave(void (*leaving)(void));
/* Catches what asks to end (SIGTERM, SIGHUP, SIGQUIT and all others whose default that is) and SIGINT, by a flag and a byte
 * into wake_fd, SIGTSTP likewise, and crashes. What is ignored stays so. Before the terminal is opened. */
void lrp_signals_install(int wake_fd);
/* Puts back what was installed before. */
void lrp_signals_remove(void);
/* From now on a crash says whose fault it is where that is known. A file that is cut off while it is mapped ends the program
 * with one line and `code`: `file_at` gives the path of the file that an address lies in, or NULL (lrp_model_file_at). A
 * plugin's crash names it: `plugin_running` gives the path of the one this thread is in, or NULL (lrp_plugin_running). Before
 * lrp_signals_install, which keeps to it. */
void lrp_signals_blame(const char *(*file_at)(const void *address), int code, const char *(*plugin_running)(void));
/* One of the following is to be seen to: for those who empty the pipe and leave that to others. */
bool lrp_signals_waiting(void);
/* The signal that asks to end, or 0. */
int lrp_signals_ending(void);
/* SIGINT came since the last call. */
bool lrp_signals_interrupted(void);
/* SIGWINCH came since the last call. */
bool lrp_signals_resized(void);
/* SIGTSTP came since the last call: once the terminal is given back, lrp_signals_stop does what it asks for. */
bool lrp_signals_stopping(void);
/* Stops this process; returns when it goes on. */
void lrp_signals_stop(void);

/* A crash from now on puts the terminal's modes of this moment back and writes what is kept. */
void lrp_signals_arm(int input_fd, int output_fd);
void lrp_signals_keep(char byte);
void lrp_signals_disarm(void);
/* Where a crash leaves a report (backtrace, version, the model's path), and that it says so. Copied. */
void lrp_signals_report(const char *path, const char *model);
/* After the terminal was opened: a change of its size, which ncurses notes, wakes the loop too, wherever the signal lands. */
void lrp_signals_watch_size(void);

#endif
