#include "app/signals.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void stop_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
}

void signals_block(void)
{
	sigset_t set;
	stop_set(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int signals_wait(void)
{
	sigset_t set;
	int got = 0;
	stop_set(&set);
	while (sigwait(&set, &got) != 0)
		;
	return got;
}

void signals_ready(int fd, const char *host, unsigned port)
{
	if (fd < 0)
		return;
	dprintf(fd, strchr(host, ':') ? "[%s]:%u\n" : "%s:%u\n", host, port);
	close(fd);
}
