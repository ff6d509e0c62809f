#pragma once
/* A message as clients see it: its status word, how its text would be encoded; and a single message as it is asked for. Pure. */

#include <stdbool.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "model/fault.h"
#include "model/number.h"
#include "model/states.h"

/* X(name, text): the contract's words, in the order of a message's life. */
#define MESSAGE_STATUSES(X)       \
	X(SCHEDULED, "scheduled") \
	X(ENROUTE, "enroute")     \
	X(SENT, "sent")           \
	X(DELIVERED, "delivered") \
	X(READ, "read")           \
	X(FAILED, "failed")       \
	X(REJECTED, "rejected")   \
	X(EXPIRED, "expired")     \
	X(RECEIVED, "received")

enum message_status {
#define X(name, text) MESSAGE_##name,
	MESSAGE_STATUSES(X)
#undef X
		N_MESSAGE_STATUSES
};

/* The word of a ledger row. `accepted`: WhatsApp gave it a wamid, which parts what failed on the way from what was refused;
 * `code`: the row's, which parts what came too late from what another rule removed. Never RECEIVED: that is an inbound one's. */
enum message_status message_status_of(enum state state, bool accepted, int code);
const char *message_status_text(enum message_status status);
/* Any case; SEEN is read and FAILD is failed. */
bool message_status_parse(const char *text, enum message_status *ret);

/* Does the GSM 03.38 alphabet with its extension hold every character? */
bool message_is_gsm7(const char *text);

/* ---- a single message ---- */

#define MESSAGE_MAX_TO 10
#define MESSAGE_TEXT_MAX 1000
#define MESSAGE_VARIABLE_MAX 70
#define MESSAGE_MAX_VARIABLES 64
#define MESSAGE_PAYLOAD_MAX 500
#define MESSAGE_REPLY_ID_MAX 256 /* Meta's limit on what a tapped button brings back */

/* The numbers of `to` that are good, no one twice. */
struct message_numbers {
	char digits[MESSAGE_MAX_TO][NUMBER_BYTES];
	int place[MESSAGE_MAX_TO]; /* in the client's list; -1: `to` was the number itself */
	int n;
};
/* The name of the i-th one's field: "to[3]", or "to". */
const char *message_to_field(const struct message_numbers *numbers, int i, char out[16]);

/* A decoded body; NULL = not given. All borrowed. */
struct message_request {
	const char *channel, *from, *type, *text, *template_id;
	const cJSON *to;        /* a number, or a list of them */
	const cJSON *variables; /* a list of strings */
	const char *url, *media_id, *filename, *button_type, *button_text, *button_value, *payload;
	/* set by the judge where there was no fault */
	struct message_numbers numbers;
	struct uuid template_uuid, media_uuid;
	const char *variable[MESSAGE_MAX_VARIABLES];
	int n_variables;
};

/* Faults in field order; what only the database knows is not judged: senders, templates, opt-outs, the 24 hours. */
void message_judge(struct message_request *req, struct faults *faults);
/* `to`, as message_judge reads it. */
void message_judge_to(const cJSON *to, struct message_numbers *ret, struct faults *faults);

/* What is sent without a template. */
struct message_content {
	const char *type;                                     /* text | image | video | document */
	const char *text;                                     /* or the caption; "" none */
	const char *media_id;                                 /* Meta's; NULL: `url` */
	const char *url;                                      /* NULL: no medium */
	const char *filename;                                 /* NULL */
	const char *button_type, *button_text, *button_value; /* NULL: no button */
	const char *payload;                                  /* NULL; of a quick reply, what comes back when it is tapped */
};
