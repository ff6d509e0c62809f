#pragma once
/* What a template asks of the messages sent with it: variables, header, buttons, cards. Read from the
 * components of the creating request, which are held against Meta's rules at the same time. */

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

#define SIM_MAX_VARIABLES 64
#define SIM_MAX_BUTTONS 10
#define SIM_MAX_CARDS 10
#define SIM_BODY_MAX_CHARS 1024

enum sim_category { SIM_MARKETING, SIM_UTILITY, SIM_AUTHENTICATION };

enum sim_header {
	SIM_HEADER_NONE,
	SIM_HEADER_TEXT,
	SIM_HEADER_IMAGE,
	SIM_HEADER_VIDEO,
	SIM_HEADER_GIF,
	SIM_HEADER_DOCUMENT,
	SIM_HEADER_LOCATION,
	SIM_HEADER_PRODUCT,
};

enum sim_button_kind {
	SIM_BUTTON_QUICK_REPLY,
	SIM_BUTTON_URL,
	SIM_BUTTON_PHONE_NUMBER,
	SIM_BUTTON_COPY_CODE,
	SIM_BUTTON_OTP,
	SIM_BUTTON_FLOW,
	SIM_BUTTON_CATALOG,
	SIM_BUTTON_MPM,
	SIM_BUTTON_SPM,
	SIM_BUTTON_OTHER,
};

/* Positional variables are named "1", "2", … */
struct sim_vars {
	int n;
	char **names;
	uint16_t *uses; /* how often each stands in the text */
};

struct sim_button {
	enum sim_button_kind kind;
	bool has_variable; /* a URL that ends in one */
	char *text;
};

/* The message itself, or one card of a carousel. */
struct sim_part {
	enum sim_header header;
	struct sim_vars header_vars, body_vars;
	bool has_body;
	size_t body_chars; /* of the body without its variables */
	int n_buttons;
	struct sim_button buttons[SIM_MAX_BUTTONS];
};

struct sim_spec {
	bool named;
	enum sim_category category;
	struct sim_part main;
	bool has_offer, offer_expires;
	int n_cards;
	struct sim_part *cards;
};

/* Why a template is not taken: for code 100's error_subcode and its texts (static). */
struct sim_spec_fault {
	int32_t subcode;
	const char *title;
	char text[256];
};

/* Read the components (an array). 0, or 1 with the fault. The spec is to be freed in both cases. */
must_check int sim_spec_read(const cJSON *components, bool named, enum sim_category category, struct sim_spec *ret,
                             struct sim_spec_fault *fault);
void sim_spec_fini(struct sim_spec *spec);
int sim_spec_fail(struct sim_spec_fault *fault, int32_t subcode, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The variables of a text; 1 with the fault when they break a rule. `subcode` is that of the component. */
must_check int sim_vars_read(const char *text, bool named, int32_t subcode, struct sim_vars *vars, size_t *ret_chars,
                             struct sim_spec_fault *fault);
void sim_vars_fini(struct sim_vars *vars);
int sim_vars_find(const struct sim_vars *vars, const char *name, size_t n_bytes); /* -1: none */
/* The buttons of one part. */
must_check int sim_buttons_read(const cJSON *buttons, struct sim_part *part, struct sim_spec_fault *fault);
