#pragma once
/* A request to send, read from its bytes, and the rules that do not need the simulator's state. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "sim/scan.h"
#include "sim/spec.h"

#define SIM_OPAQUE_MAX_CHARS 512
#define SIM_USER_BYTES 144 /* digits, or a business-scoped user id, with its NUL */

struct sim_message {
	struct sim_text input;     /* the recipient as it was written */
	char user[SIM_USER_BYTES]; /* the user's wa_id, or the user id */
	bool is_user_id;
	uint64_t who;
	bool is_template;
	struct sim_text type, name, language, opaque; /* opaque.at NULL: none was given */
	int components;                               /* token; SIM_SCAN_NONE */
	uint64_t content;                             /* hash of template, language and parameters, or of the free text */
};

/* Why a message is refused. */
struct sim_refusal {
	int32_t code;
	char details[256];
};
/* Fill in and return 1. */
int sim_message_refuse(struct sim_refusal *refusal, int32_t code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* How numbers are read. */
struct sim_numbering {
	char country_code[4];
	bool rewrite;
};

/* 0, or 1 with the refusal. What `ret` points to lives as long as text, scan and arena. */
must_check int sim_message_read(const struct sim_numbering *numbering, struct sim_scan *scan, const char *text, size_t n_bytes,
                                struct arena *arena, struct sim_message *ret, struct sim_refusal *refusal);

/* Hold the components of a message against its template: 0, or 1 with the refusal. */
must_check int sim_check_components(const struct sim_scan *scan, int components, const struct sim_spec *spec, struct arena *arena,
                                    struct sim_refusal *refusal);
/* The payload given for the quick-reply button at `index`; .at NULL when none was. */
struct sim_text sim_check_payload(const struct sim_scan *scan, int components, int index, struct arena *arena);

/* A number as it may be written ("+44 7700 900-123") to digits with country code, into SIM_USER_BYTES. */
bool sim_message_normalise(struct sim_text input, const char *country_code, char *ret);
/* The same, and then as the network calls that user. */
bool sim_message_wa_id(struct sim_text input, const struct sim_numbering *numbering, char *ret);
uint64_t sim_message_who(const char *user, bool is_user_id);
