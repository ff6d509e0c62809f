/* The simulator's own parsers: JSON scan, messages, templates, options. They agree with the JSON door on what is JSON. */
#include "base/json.h"
#include "fuzz.h"
#include "sim/message.h"
#include "sim/options.h"

static struct sim_scan scan, again;
static const struct sim_numbering numbering = {.country_code = "1", .rewrite = true};

static void send_with(const struct sim_spec *spec, const char *text, size_t n_bytes, struct arena *arena)
{
	struct sim_message message;
	struct sim_refusal refusal = {0};
	if (sim_message_read(&numbering, &scan, text, n_bytes, arena, &message, &refusal) != 0) {
		HOLDS(refusal.code != 0);
		return;
	}
	HOLDS(memchr(message.user, '\0', sizeof(message.user)) != NULL);
	if (sim_check_components(&scan, message.components, spec, arena, &refusal) != 0)
		HOLDS(refusal.code != 0);
}

static void make_template(const cJSON *tree, const char *text, size_t n_bytes, struct arena *arena, bool named)
{
	struct sim_spec spec;
	struct sim_spec_fault fault = {0};
	if (sim_spec_read(tree, named, SIM_MARKETING, &spec, &fault) == 0)
		send_with(&spec, text, n_bytes, arena);
	else
		HOLDS(fault.text[0] != '\0');
	sim_spec_fini(&spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes);
	struct arena *arena = arena_create(4096);
	struct err err;
	json_auto cJSON *tree = NULL;
	int scanned = sim_scan(&again, text, n_bytes);
	bool is_json = json_parse(text, n_bytes, &tree, &err) == 0;
	if (scanned == 0)
		HOLDS(again.n_tokens > 0 && again.n_tokens <= SIM_SCAN_MAX_TOKENS);
	if (is_json) {
		make_template(json_get(tree, "components") ? json_get(tree, "components") : tree, text, n_bytes, arena, true);
		make_template(tree, text, n_bytes, arena, false);
	}
	const struct sim_spec nothing = {0};
	send_with(&nothing, text, n_bytes, arena);
	arena_destroy(arena);
	free(text);
	return 0;
}
