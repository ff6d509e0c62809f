#pragma once
/* Webhook bodies exactly as Meta writes them: ASCII only (\u00e4), with escaped slashes, times as strings. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "sim/hooks.h"

enum sim_update_kind { SIM_UPDATE_STATUS, SIM_UPDATE_MESSAGE, SIM_UPDATE_FIELD };

/* One update, in the bytes in which it will be posted. */
struct sim_update {
	struct sim_update *next;
	enum sim_update_kind kind;
	uint32_t epoch; /* set by hooks.c */
	uint64_t waba_id;
	uint64_t number_id, display; /* of the phone number; not of SIM_UPDATE_FIELD */
	msec_t time_ms;
	size_t n_contact; /* the contact's object comes first in `text`; 0: none */
	size_t n_bytes;   /* then the status, the message, or "field":…,"value":… */
	char text[];
};

struct sim_update *sim_payload_status(const struct sim_sent *sent, uint64_t waba_id, enum sim_status status, msec_t now_ms);
struct sim_update *sim_payload_inbound(const struct sim_inbound *inbound, uint64_t waba_id, const char *wamid, msec_t now_ms);
struct sim_update *sim_payload_preference(const struct sim_inbound *inbound, uint64_t waba_id, msec_t now_ms);
struct sim_update *sim_payload_template(const struct sim_template *t, msec_t now_ms);
/* The category that it has now and had before; or, with another `coming` one, the announcement of tomorrow's. */
struct sim_update *sim_payload_category(const struct sim_template *t, enum sim_category was, enum sim_category coming,
                                        msec_t now_ms);
struct sim_update *sim_payload_components(const struct sim_template *t, msec_t now_ms);
/* Any other field of an account; `value` is its JSON. NULL: it is too large. */
struct sim_update *sim_payload_field(uint64_t waba_id, const char *field, const char *value, msec_t now_ms);
struct sim_update *sim_payload_copy(const struct sim_update *update);

/* Write one POST's body from a list of updates (left as it is): at most `max`, at most `max_bytes`, at least
 * one. Returns how many it took. With `apart` each status has a change of its own; otherwise neighbours of
 * the same phone number share one. */
size_t sim_payload_batch(struct buf *out, const struct sim_update *list, size_t max, size_t max_bytes, bool apart);

/* Append valid JSON with every byte beyond ASCII, and every slash, escaped. */
void sim_payload_escape(struct buf *out, const char *json, size_t n_bytes);
