#include "base/failpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_FAILPOINTS (sizeof(names) / sizeof(names[0]))

static const char *const names[] = {
#define FAILPOINT_AT(name) "failpoint_" #name, /* the prefix tells them from all other words of the binary */
#include "base/failpoints.def"
#undef FAILPOINT_AT
};

static struct {
	bool set;
	enum failpoint at;
	atomic_long passings; /* until the one that is meant */
} deadly;

static void read_environment(void)
{
	const char *text = getenv("CRIER_FAILPOINT");
	if (!text || !*text)
		return;
	size_t n = strcspn(text, ":"), prefix = strlen("failpoint_");
	char *end = NULL;
	long nth = text[n] ? strtol(text + n + 1, &end, 10) : 0;
	for (size_t i = 0; i < N_FAILPOINTS && nth > 0 && *end == '\0'; i++) {
		const char *name = names[i] + prefix;
		if (strlen(name) != n || strncmp(name, text, n) != 0)
			continue;
		deadly.at = (enum failpoint)i;
		atomic_store(&deadly.passings, nth);
		deadly.set = true;
		return;
	}
	fprintf(stderr, "CRIER_FAILPOINT must be the name of a failpoint, a colon and which passing of it\n");
	abort();
}

void failpoint_pass(enum failpoint at)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, read_environment);
	if (!deadly.set || deadly.at != at || atomic_fetch_sub(&deadly.passings, 1) != 1)
		return;
	kill(getpid(), SIGKILL);
	for (;;)
		pause(); /* not a step further in this thread, whenever the signal comes */
}
