#pragma once
/* The answers of the Graph API, errors in Meta's two shapes: with `error_data` (messages) and with
 * `error_user_title` (management). */

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

enum sim_manner {
	SIM_MANNER_SEND,
	SIM_MANNER_RESET,  /* the connection is reset instead */
	SIM_MANNER_SILENT, /* nothing comes, until it is closed */
};

struct sim_answer {
	int status;
	enum sim_manner manner;
	int32_t delay_ms;
	const char *content_type; /* static */
	struct buf body;
};

#define SIM_ANSWER_MAX_BYTES ((size_t)64 << 20)

void sim_answer_init(struct sim_answer *answer); /* 200 and no body */
void sim_answer_fini(struct sim_answer *answer);

/* What is known of a code; an unknown one is answered as a generic error of that code. */
struct sim_error {
	int32_t code;
	int status;
	const char *title, *details;
};
const struct sim_error *sim_answer_known(int32_t code);

/* Replace the answer by an error of the messages' shape. `details` NULL: the usual ones. */
void sim_answer_error(struct sim_answer *answer, int32_t code, const char *details);
/* Replace it by an error of the Graph shape. `subcode` 0, `user_title`, `user_text` NULL: left out. */
void sim_answer_graph(struct sim_answer *answer, int status, int32_t code, int32_t subcode, const char *message,
                      const char *user_title, const char *user_text);
/* Replace it by {"success":true}. */
void sim_answer_success(struct sim_answer *answer);
