/* Options of the simulator, which can be set over HTTP: pairs of lines, name and value. */
#include "base/text.h"
#include "fuzz.h"
#include "sim/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	static struct sim_options options;
	struct err err;
	char *text = fuzz_text(data, n_bytes), *rest = text;
	buf_auto struct buf out;
	buf_init(&out, 1 << 20);
	if (utf8_valid(text, strlen(text))) {
		while (rest && *rest) {
			const char *name = fuzz_line(&rest), *value = fuzz_line(&rest);
			err.text[0] = '\0';
			if (sim_options_set_live(&options, name, value, &err) != 0)
				HOLDS(err.text[0] != '\0');
		}
		struct json_writer w;
		json_auto cJSON *tree = NULL;
		json_begin(&w, &out);
		sim_options_write_live(&options, &w, NULL);
		HOLDS(json_parse(buf_text(&out), out.len, &tree, &err) == 0);
	}
	free(text);
	return 0;
}
