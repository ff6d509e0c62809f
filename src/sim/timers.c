#include "sim/timers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int sim_timers_init(struct sim_timers *timers, size_t max, struct err *err)
{
	*timers = (struct sim_timers){.max = max, .sleeps_until = INT64_MAX};
	timers->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (timers->wake_fd < 0)
		return err_set(err, "eventfd: %s", strerror(errno));
	pthread_mutex_init(&timers->lock, NULL);
	return 0;
}

static bool is_before(const struct sim_timer *a, const struct sim_timer *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void sift_up(struct sim_timers *timers, size_t i, struct sim_timer item)
{
	while (i > 0 && is_before(&item, &timers->heap[(i - 1) / 2])) {
		timers->heap[i] = timers->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	timers->heap[i] = item;
}

static struct sim_timer pop(struct sim_timers *timers)
{
	struct sim_timer top = timers->heap[0], last = timers->heap[--timers->n];
	size_t i = 0, child;
	while ((child = 2 * i + 1) < timers->n) {
		if (child + 1 < timers->n && is_before(&timers->heap[child + 1], &timers->heap[child]))
			child++;
		if (!is_before(&timers->heap[child], &last))
			break;
		timers->heap[i] = timers->heap[child];
		i = child;
	}
	timers->heap[i] = last;
	return top;
}

void sim_timers_drop_all(struct sim_timers *timers)
{
	for (;;) {
		pthread_mutex_lock(&timers->lock);
		bool empty = timers->n == 0;
		struct sim_timer item = empty ? (struct sim_timer){0} : pop(timers);
		pthread_mutex_unlock(&timers->lock);
		if (empty)
			return;
		item.drop(item.arg);
	}
}

void sim_timers_fini(struct sim_timers *timers)
{
	sim_timers_drop_all(timers);
	free(timers->heap);
	close(timers->wake_fd);
	pthread_mutex_destroy(&timers->lock);
}

static void wake(struct sim_timers *timers)
{
	const uint64_t one = 1;
	timers->woken = true;
	/* Fails only when the counter is full, and then it is readable already. */
	ssize_t n = write(timers->wake_fd, &one, sizeof(one));
	(void)n;
}

bool sim_timers_add(struct sim_timers *timers, msec_t at, sim_timer_fn *run, void (*drop)(void *), void *arg)
{
	pthread_mutex_lock(&timers->lock);
	bool fits = timers->n < timers->max;
	if (fits && timers->n == timers->cap) {
		timers->cap = timers->cap ? timers->cap * 2 : 256;
		timers->heap = realloc(timers->heap, timers->cap * sizeof(*timers->heap));
		if (!timers->heap)
			abort();
	}
	if (fits) {
		struct sim_timer item = {.at = at, .order = timers->order++, .run = run, .drop = drop, .arg = arg};
		sift_up(timers, timers->n++, item);
		if (at < timers->sleeps_until && !timers->woken)
			wake(timers);
	}
	pthread_mutex_unlock(&timers->lock);
	return fits;
}

void sim_timers_wake(struct sim_timers *timers)
{
	pthread_mutex_lock(&timers->lock);
	wake(timers);
	pthread_mutex_unlock(&timers->lock);
}

void sim_timers_awake(struct sim_timers *timers)
{
	uint64_t n;
	pthread_mutex_lock(&timers->lock);
	timers->sleeps_until = INT64_MIN;
	timers->woken = false;
	ssize_t got = read(timers->wake_fd, &n, sizeof(n));
	(void)got;
	pthread_mutex_unlock(&timers->lock);
}

size_t sim_timers_take(struct sim_timers *timers, msec_t now, struct sim_timer *out, size_t max, msec_t *ret_next)
{
	size_t n = 0;
	pthread_mutex_lock(&timers->lock);
	while (n < max && timers->n > 0 && timers->heap[0].at <= now)
		out[n++] = pop(timers);
	*ret_next = timers->n > 0 ? timers->heap[0].at : INT64_MAX;
	if (n < max)
		timers->sleeps_until = *ret_next;
	pthread_mutex_unlock(&timers->lock);
	return n;
}

msec_t sim_timers_now(void)
{
	return clock_mono_us() / 1000;
}

size_t sim_timers_count(const struct sim_timers *timers)
{
	return atomic_load_explicit(&timers->n, memory_order_relaxed);
}
