#include "api/media_need.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api/api_internal.h"

struct resolving {
	struct api_call *call;
	struct media_need *need;
	int n;
	atomic_int n_left; /* fetches that are not done */
	void (*go_on)(struct api_call *call);
};

/* "must be …", of a kind. */
static const char *rule_of(enum media_kind kind, bool for_template)
{
	switch (kind) {
	case MEDIA_IMAGE:
		return "a JPEG or PNG image of at most 5 MB";
	case MEDIA_VIDEO:
		return for_template ? "an MP4 video of at most 16 MB" : "an MP4 or 3GPP video of at most 16 MB";
	case MEDIA_DOCUMENT:
		return for_template ? "a PDF of at most 100 MB" : "a document of at most 100 MB";
	case MEDIA_AUDIO:
		return "an audio file of at most 16 MB";
	case MEDIA_STICKER:
		return "a WebP sticker of at most 500 KB";
	}
	return "a file";
}

static void judge(struct api_call *call, const struct media_need *need)
{
	const struct media_type *type = media_type_find(need->medium.mime_type);
	if (need->medium.kind != need->kind || !type || (need->for_template && !media_type_for_template(type)))
		fault_add(&call->faults, keeper_kind_fault(need->kind), need->field, " must be %s; this is %s",
		          rule_of(need->kind, need->for_template), need->medium.mime_type);
}

/* A fault of the file itself is told as one of its kind. */
static void fetched_fault(struct api_call *call, const struct media_need *need)
{
	const struct keeper_task *task = &need->task;
	bool of_file = task->fault == FAULT_MEDIA_INVALID || task->fault == FAULT_MEDIA_IMAGE ||
	               task->fault == FAULT_MEDIA_VIDEO || task->fault == FAULT_MEDIA_DOCUMENT;
	if (of_file || (task->fault == FAULT_MEDIA_FETCH && strstr(task->why, " leads to a file")))
		fault_add(&call->faults, keeper_kind_fault(need->kind), need->field, " %s; it must be %s", task->why + 1,
		          rule_of(need->kind, need->for_template));
	else
		fault_add(&call->faults, task->fault, need->field, " %s", task->why + 1);
}

/* All are done: on the keeper's thread, or at once where there was nothing to fetch. */
static void resolved(struct resolving *r)
{
	for (int i = 0; i < r->n; i++) {
		struct media_need *need = &r->need[i];
		if (need->task.arg && need->task.fault) {
			fetched_fault(r->call, need);
		} else if (need->task.arg) {
			need->medium = need->task.medium;
			judge(r->call, need);
		}
	}
	if (r->call->faults.n)
		call_faults(r->call);
	else
		r->go_on(r->call);
}

static void fetched(struct keeper_task *task)
{
	struct resolving *r = task->arg;
	if (atomic_fetch_sub(&r->n_left, 1) == 1)
		resolved(r);
}

/* False: the database failed. */
static bool look_up(struct api_call *call, struct store_tx *tx, struct media_need *need)
{
	struct uuid uuid;
	int64_t no;
	if (!uuid_parse(need->media_id, strlen(need->media_id), &uuid)) {
		fault_add(&call->faults, FAULT_MEDIA_ID, need->field, " must be the id of a medium: a UUID");
		return true;
	}
	int got = pubid_open(store_ids(call->api->options.store), PUBID_MEDIA, &uuid, &no, NULL)
	                  ? media_read(tx, call->key.account_no, no, call->arena, &need->medium)
	                  : 1;
	if (got == 1)
		fault_add(&call->faults, FAULT_TEMPLATE_MEDIA_REQUIRED, need->field,
		          " is not the id of a medium of this account");
	else if (got == 0)
		judge(call, need);
	return got >= 0;
}

static bool look_up_all(struct api_call *call, struct media_need *need, int n)
{
	struct store_tx *tx = store_reader_take(call->api->options.store);
	bool good = true;
	for (int i = 0; i < n && good; i++)
		good = !need[i].media_id || look_up(call, tx, &need[i]);
	store_reader_put(call->api->options.store, tx);
	return good;
}

/* The list of fetches. */
static struct keeper_task *fetches(struct resolving *r)
{
	struct keeper_task *first = NULL, **last = &first;
	for (int i = 0; i < r->n; i++) {
		struct media_need *need = &r->need[i];
		if (need->media_id || !need->url)
			continue;
		need->task = (struct keeper_task){.account_no = r->call->key.account_no,
		                                  .url = need->url,
		                                  .max_bytes = media_kind_max_bytes(need->kind),
		                                  .fd = -1,
		                                  .done = fetched,
		                                  .arg = r};
		*last = &need->task;
		last = &need->task.next;
		r->n_left++;
	}
	return first;
}

void media_need_resolve(struct api_call *call, struct media_need *needs, int n, void (*go_on)(struct api_call *call))
{
	if (!look_up_all(call, needs, n)) {
		call_internal(call, "the database failed");
		return;
	}
	struct resolving *r = arena_alloc(call->arena, sizeof(*r));
	r->call = call;
	r->need = needs;
	r->n = n;
	r->go_on = go_on;
	struct keeper_task *list = call->faults.n ? NULL : fetches(r);
	if (!list)
		resolved(r);
	else if (keeper_submit(call->api->options.keeper, list) != 0)
		call_overloaded(call);
}
