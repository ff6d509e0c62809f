/* From single updates to the body of one POST. */

#include <string.h>

#include "sim/payload.h"

/* Envelope, metadata and commas around one update, at most. */
#define AROUND_BYTES 512

static bool shares_change(const struct sim_update *a, const struct sim_update *b)
{
	return a->kind != SIM_UPDATE_FIELD && a->kind == b->kind && a->number_id == b->number_id && a->waba_id == b->waba_id;
}

/* The two lists of one change, contacts first; a contact that was just listed is not repeated. */
static void add_lists(struct buf *out, const struct sim_update *first, size_t n)
{
	const struct sim_update *u = first, *listed = NULL;
	for (size_t i = 0; i < n; i++, u = u->next) {
		if (u->n_contact == 0 ||
		    (listed && listed->n_contact == u->n_contact && memcmp(listed->text, u->text, u->n_contact) == 0))
			continue;
		buf_adds(out, listed ? "," : "\"contacts\":[");
		buf_add(out, u->text, u->n_contact);
		listed = u;
	}
	if (listed)
		buf_adds(out, "],");
	buf_adds(out, first->kind == SIM_UPDATE_STATUS ? "\"statuses\":[" : "\"messages\":[");
	u = first;
	for (size_t i = 0; i < n; i++, u = u->next) {
		if (i > 0)
			buf_addc(out, ',');
		buf_add(out, u->text + u->n_contact, u->n_bytes);
	}
	buf_addc(out, ']');
}

static void add_change(struct buf *out, const struct sim_update *first, size_t n)
{
	if (first->kind == SIM_UPDATE_FIELD) {
		buf_addc(out, '{');
		buf_add(out, first->text, first->n_bytes);
		buf_addc(out, '}');
		return;
	}
	buf_addf(out,
	         "{\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"%llu\","
	         "\"phone_number_id\":\"%llu\"},",
	         (unsigned long long)first->display, (unsigned long long)first->number_id);
	add_lists(out, first, n);
	buf_adds(out, "},\"field\":\"messages\"}");
}

/* Whether both go into one entry: those of `messages` have no time, others each have their own. */
static bool shares_entry(const struct sim_update *a, const struct sim_update *b)
{
	return a->waba_id == b->waba_id && a->kind != SIM_UPDATE_FIELD && b->kind != SIM_UPDATE_FIELD;
}

size_t sim_payload_batch(struct buf *out, const struct sim_update *list, size_t max, size_t max_bytes, bool apart)
{
	size_t taken = 0;
	const struct sim_update *before = NULL;
	buf_adds(out, "{\"object\":\"whatsapp_business_account\",\"entry\":[");
	while (list && taken < max) {
		size_t n = 0, bytes = out->len;
		const struct sim_update *u = list, *last = list;
		while (u && taken + n < max && (n == 0 || (!apart && shares_change(list, u)))) {
			bytes += u->n_contact + u->n_bytes + AROUND_BYTES;
			if (taken + n > 0 && bytes > max_bytes)
				break;
			last = u;
			u = u->next;
			n++;
		}
		if (n == 0)
			break;
		if (before && shares_entry(before, list)) {
			buf_addc(out, ',');
		} else {
			buf_adds(out, before ? "]}," : "");
			buf_addf(out, "{\"id\":\"%llu\",", (unsigned long long)list->waba_id);
			if (list->kind == SIM_UPDATE_FIELD)
				buf_addf(out, "\"time\":%lld,", (long long)(list->time_ms / 1000));
			buf_adds(out, "\"changes\":[");
		}
		add_change(out, list, n);
		before = last;
		taken += n;
		list = u;
	}
	buf_adds(out, before ? "]}]}" : "]}");
	return taken;
}
