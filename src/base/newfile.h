#pragma once
/* A file that has no name until it is whole and durable, so that a crash leaves nothing half behind. Where the file system
 * cannot hold a file without a name it has one that begins with "part-", for whoever sweeps the folder. Any thread. */

#include "base/err.h"

#define NEWFILE_PATH_BYTES 1280

struct newfile {
	int fd;
	char path[NEWFILE_PATH_BYTES]; /* "" while it has no name */
};

/* -1: errno says why. */
must_check int newfile_open(const char *folder, struct newfile *ret);
/* Make it durable under `name` in the folder; it stays then when it is dropped. 0; 1 there is a
 * file of that name: that one stays as it is, newly touched. -1: errno says why. */
must_check int newfile_keep(struct newfile *file, const char *folder, const char *name);
/* Close it, and remove it unless it was kept. */
void newfile_drop(struct newfile *file);
