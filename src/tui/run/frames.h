/* frames.h: where a crashed program was. */
#ifndef LRP_TUI_FRAMES_H
#define LRP_TUI_FRAMES_H

/* Loads what lrp_frames_write needs, which a signal handler must not do. */
void lrp_frames_prepare(void);
/* Writes the calling thread's frames, a line each. Async-signal-safe. */
void lrp_frames_write(int fd);

#endif
