#pragma once
/* Meta's management calls as bytes: templates, the phone-number record, subscription. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "model/template_form.h"

/* Paths are appended to a base such as https://graph.facebook.com/v24.0 by the caller. */

/* Body of POST /{waba}/message_templates, or, with `is_edit`, of POST /{template-id}, which replaces the components. `handles`
 * are those of the resumable uploads that serve as samples of the form's media, in the order of template_form_media. -1: one
 * lacks, or no room. */
must_check int wa_template_encode(const struct template *tpl, const struct template_form *form, const char *const *handles,
                                  bool is_edit, struct buf *out);

struct wa_graph_error {
	int code;
	int subcode;       /* 0 none */
	char message[256]; /* error_user_msg, else details, else message; cut, no control characters */
};
/* True and the error when the body is Meta's error form; false when it is not. */
bool wa_graph_error_decode(const char *body, size_t n_bytes, struct wa_graph_error *ret);
#define WA_SUBCODE_TEMPLATE_EXISTS 2388024

struct wa_template_record {
	char id[64];
	char status[32]; /* APPROVED, PENDING, REJECTED, … */
	char category[32];
	char reason[128]; /* rejected_reason; "" or NONE when none */
	char quality[16];
	char correct_category[32];  /* a change that is announced; "" */
	char previous_category[32]; /* "" */
};
must_check int wa_template_record_decode(const cJSON *object, struct wa_template_record *ret, struct err *err);
/* The answer of a create: id, status, category. */
must_check int wa_template_created_decode(const char *body, size_t n_bytes, struct wa_template_record *ret, struct err *err);
/* The answer of GET /{template-id}?fields=… (WA_TEMPLATE_FIELDS). */
#define WA_TEMPLATE_FIELDS "id,name,language,status,category,correct_category,previous_category,rejected_reason,quality_score"
must_check int wa_template_decode(const char *body, size_t n_bytes, struct wa_template_record *ret, struct err *err);
/* Find (name, language) in the answer of GET /{waba}/message_templates?name=…: 0 found, 1 not there, -1 not an answer. */
must_check int wa_template_find(const char *body, size_t n_bytes, const char *name, const char *language,
                                struct wa_template_record *ret, struct err *err);

/* One of a list of templates, made here or elsewhere. */
#define WA_TEMPLATE_LIST_FIELDS WA_TEMPLATE_FIELDS ",parameter_format,components"
struct wa_template_import {
	struct wa_template_record record;
	const char *name, *language;
	const char *components; /* in our form; as Meta has them when `unsupported` */
	const char *text;       /* the body's */
	enum template_params params;
	const char *unsupported; /* why no message can be sent with it as it is; NULL */
};
/* The answer of GET /{template-id}?fields=WA_TEMPLATE_LIST_FIELDS. Positions become placeholders: `{custom1}`, `{custom2}` … in
 * the body, `{header1}`, `{url2_1}` (the second button's), and with `card1_` before them in a card. */
must_check int wa_template_one_decode(const char *body, size_t n_bytes, struct arena *arena, struct wa_template_import *ret,
                                      struct err *err);
/* The answer of GET /{waba}/message_templates?fields=WA_TEMPLATE_LIST_FIELDS, at most `max` of it. *ret_after is the cursor of
 * the next page, NULL after the last. */
must_check int wa_template_page_decode(const char *body, size_t n_bytes, struct arena *arena, struct wa_template_import *ret,
                                       int max, int *ret_n, const char **ret_after, struct err *err);

struct wa_number_record {
	char display_number[32]; /* digits only */
	char verified_name[128];
	char quality[16];      /* GREEN | YELLOW | RED | UNKNOWN */
	char tier[24];         /* TIER_… or "" */
	char portfolio_id[32]; /* of the business portfolio; "" unknown */
	char status[24];       /* CONNECTED, … or "" */
	bool can_send;         /* Meta says that nothing keeps it from sending; false too where it says nothing of it */
	int64_t limit_mps;     /* STANDARD 80, HIGH 1,000, a bare number of the simulator's is taken as it is; 0 unknown */
};
#define WA_NUMBER_FIELDS                                                                                                    \
	"id,display_phone_number,verified_name,quality_rating,throughput,status,whatsapp_business_manager_messaging_limit," \
	"health_status"
must_check int wa_number_decode(const char *body, size_t n_bytes, struct wa_number_record *ret, struct err *err);
