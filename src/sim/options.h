#pragma once
/* The simulator's settings as a plain struct (sim/options.def), so that a change while it runs is made on a
 * copy and taken over whole. Holds no pointers: copy it freely. Not locked; its owner is. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "sim/sim.h"

#define SIM_OPTION_TEXT_BYTES 1024
#define SIM_OPTION_MAX_CODES 16
#define SIM_ALL_PPM 1000000u

struct sim_span {
	int32_t min_ms, max_ms;
};

/* Error codes with their shares in parts per million; the sum is at most SIM_ALL_PPM. */
struct sim_codes {
	int n;
	struct {
		int32_t code;
		uint32_t ppm;
	} at[SIM_OPTION_MAX_CODES];
};

enum sim_verdict { SIM_VERDICT_APPROVE, SIM_VERDICT_REJECT, SIM_VERDICT_PENDING };
enum sim_held_verdict { SIM_HELD_RELEASE, SIM_HELD_DROP };

#define SIM_FIELD_TEXT(field) char field[SIM_OPTION_TEXT_BYTES];
#define SIM_FIELD_URL(field) char field[SIM_OPTION_TEXT_BYTES];
#define SIM_FIELD_INT(field) int32_t field;
#define SIM_FIELD_FLAG(field) bool field;
#define SIM_FIELD_SHARE(field) uint32_t field;
#define SIM_FIELD_SPAN(field) struct sim_span field;
#define SIM_FIELD_CODES(field) struct sim_codes field;
#define SIM_FIELD_CHOICE(field) int32_t field;

struct sim_options {
#define OPTION(kind, field, ...) SIM_FIELD_##kind(field)
#include "sim/options.def"
#undef OPTION
};

/* The same as sim_options_set, but only for what may change while the simulator runs. */
must_check int sim_options_set_live(struct sim_options *options, const char *name, const char *value, struct err *err);
/* The value of a CHOICE as text; the throughput level `auto` is answered as what it comes to. */
#define SIM_CHOICE_BYTES 24
void sim_options_choice(const struct sim_options *options, const char *name, char out[SIM_CHOICE_BYTES]);
/* All settings that may change while it runs, as one JSON object in the form in which they are set. */
void sim_options_write_live(const struct sim_options *options, struct json_writer *w, const char *key);
