#pragma once
/* Inside the demo: this same program started again as a server or a simulator. */

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct process {
	pid_t pid;         /* 0: not running */
	char address[280]; /* host:port, once it is ready */
	char log[1100];    /* its output */
};

/* Start `crier ARGV…` (NULL-terminated, without --ready-fd, which is added) with `environment` (NAME=VALUE…, NULL-terminated, may
 * be NULL) beside ours, and wait until it is ready. 1 when SIGINT or SIGTERM waits to be taken meanwhile; -1 when it ends before
 * that or takes too long. */
must_check int process_start(struct process *process, const char *const *argv, const char *const *environment, const char *log,
                             struct err *err);
/* Look whether it still runs; -1 when it ended. */
must_check int process_check(struct process *process, struct err *err);
void process_tell(const struct process *process); /* the last lines of its output, to standard error */
void process_stop(struct process *process);       /* SIGTERM, and wait for its end; no-op when it does not run */
