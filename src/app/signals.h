#pragma once
/* How a command is told to stop: SIGTERM and SIGINT, blocked in every thread and waited for in one. */

void signals_block(void); /* before any thread is started; also ignores SIGPIPE */
int signals_wait(void);   /* until one comes; which */
/* Write "ADDRESS\n" to `fd` and close it; nothing for -1. */
void signals_ready(int fd, const char *host, unsigned port);
