#include "sim/answers.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sim/fate.h"

static const struct sim_error errors[] = {
#define ERROR(code_, status_, title_, details_) {.code = (code_), .status = (status_), .title = (title_), .details = (details_)},
#include "sim/errors.def"
#undef ERROR
};
#define N_ERRORS (sizeof(errors) / sizeof(errors[0]))

void sim_answer_init(struct sim_answer *answer)
{
	*answer = (struct sim_answer){.status = 200, .content_type = "application/json; charset=UTF-8"};
	buf_init(&answer->body, SIM_ANSWER_MAX_BYTES);
}

void sim_answer_fini(struct sim_answer *answer)
{
	buf_fini(&answer->body);
}

static int compare_code(const void *code, const void *error)
{
	int32_t a = *(const int32_t *)code, b = ((const struct sim_error *)error)->code;
	return (a > b) - (a < b);
}

const struct sim_error *sim_answer_known(int32_t code)
{
	static const struct sim_error other = {
		.code = 0, .status = 400, .title = "Unknown error", .details = "The message was not sent."};
	const struct sim_error *error = bsearch(&code, errors, N_ERRORS, sizeof(errors[0]), compare_code);
	return error ? error : &other;
}

/* An opaque mark of the call, in the length that Meta's have. */
static void put_trace(struct json_writer *w)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static atomic_uint_fast64_t calls;
	uint64_t bits[2], call = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
	bits[0] = sim_fate_mix(call, (uint64_t)clock_mono_us(), 1);
	bits[1] = sim_fate_mix(call, bits[0], 2);
	char trace[24] = "A";
	for (int i = 1; i < 23; i++)
		trace[i] = digits[bits[i & 1] >> (i / 2 * 5) & 63];
	json_put_text(w, "fbtrace_id", trace);
}

static void begin_error(struct sim_answer *answer, struct json_writer *w, int status, int32_t code, const char *message)
{
	answer->status = status;
	buf_reset(&answer->body);
	json_begin(w, &answer->body);
	json_open_object(w, NULL);
	json_open_object(w, "error");
	json_put_text(w, "message", message);
	json_put_text(w, "type", "OAuthException");
	json_put_int(w, "code", code);
}

static void end_error(struct json_writer *w)
{
	put_trace(w);
	json_close_object(w);
	json_close_object(w);
}

void sim_answer_error(struct sim_answer *answer, int32_t code, const char *details)
{
	const struct sim_error *known = sim_answer_known(code);
	buf_auto struct buf message;
	buf_init(&message, 512);
	buf_addf(&message, "(#%d) %s", code, known->title);
	struct json_writer w;
	begin_error(answer, &w, known->status, code, buf_text(&message));
	json_open_object(&w, "error_data");
	json_put_text(&w, "messaging_product", "whatsapp");
	json_put_text(&w, "details", details ? details : known->details);
	json_close_object(&w);
	end_error(&w);
}

void sim_answer_graph(struct sim_answer *answer, int status, int32_t code, int32_t subcode, const char *message,
                      const char *user_title, const char *user_text)
{
	struct json_writer w;
	begin_error(answer, &w, status, code, message);
	if (subcode)
		json_put_int(&w, "error_subcode", subcode);
	if (user_title) {
		json_put_bool(&w, "is_transient", false);
		json_put_text(&w, "error_user_title", user_title);
		json_put_text(&w, "error_user_msg", user_text);
	}
	end_error(&w);
}

void sim_answer_success(struct sim_answer *answer)
{
	answer->status = 200;
	buf_reset(&answer->body);
	buf_adds(&answer->body, "{\"success\":true}");
}
