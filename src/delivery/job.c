#include "delivery/job.h"

void mailbox_init(struct mailbox *m, struct store *store, void (*wake)(void *), void *wake_arg)
{
	*m = (struct mailbox){.store = store, .wake = wake, .wake_arg = wake_arg};
	pthread_mutex_init(&m->lock, NULL);
	m->last = &m->first;
}

void mailbox_fini(struct mailbox *m)
{
	pthread_mutex_destroy(&m->lock);
}

static int job_run(struct store_tx *tx, void *arg)
{
	struct job *job = arg;
	return job->run(tx, job);
}

static void job_come_back(int result, void *arg)
{
	struct job *job = arg;
	struct mailbox *m = job->mailbox;
	job->result = result;
	job->next = NULL;
	pthread_mutex_lock(&m->lock);
	*m->last = job;
	m->last = &job->next;
	m->wake(m->wake_arg); /* within the lock: whoever takes the last job may free all this at once */
	pthread_mutex_unlock(&m->lock);
}

int mailbox_submit(struct mailbox *m, struct job *job)
{
	job->mailbox = m;
	m->n_out++;
	if (store_submit(m->store, job_run, job_come_back, job) != 0) {
		m->n_out--;
		return 1;
	}
	return 0;
}

bool mailbox_turn(struct mailbox *m, struct now now)
{
	pthread_mutex_lock(&m->lock);
	struct job *job = m->first;
	m->first = NULL;
	m->last = &m->first;
	pthread_mutex_unlock(&m->lock);
	bool any = job != NULL;
	while (job) {
		struct job *next = job->next;
		m->n_out--;
		job->done(job, job->result, now);
		job = next;
	}
	return any;
}
