/* beneath.h: files in a folder, and nowhere else. */
#ifndef LRP_BASE_BENEATH_H
#define LRP_BASE_BENEATH_H

/* Opens folder/name for reading if the name stays below the folder and no part of it is a link; never waits for a pipe's other
 * end. Returns a file descriptor, the caller's, or -1 with errno. */
int lrp_beneath_open(const char *folder, const char *name);

#endif
