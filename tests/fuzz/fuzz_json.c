/* The JSON door: what it takes is UTF-8 of a bounded depth, and comes back the same from a writer. */
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"

static int depth(const cJSON *item)
{
	int deepest = 0;
	for (const cJSON *child = item->child; child; child = child->next) {
		int d = depth(child);
		deepest = d > deepest ? d : deepest;
	}
	return (cJSON_IsArray(item) || cJSON_IsObject(item)) + deepest;
}

static void look(const cJSON *item)
{
	int64_t number;
	if (item->string)
		HOLDS(utf8_valid(item->string, strlen(item->string)));
	if (cJSON_IsString(item))
		HOLDS(utf8_valid(item->valuestring, strlen(item->valuestring)));
	for (const cJSON *child = item->child; child; child = child->next) {
		if (cJSON_IsObject(item)) {
			HOLDS(json_get(item, child->string) == child); /* no name twice */
			(void)json_int(item, child->string, &number);
		}
		look(child);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	json_auto cJSON *tree = NULL, *again = NULL;
	struct err err = {.text = ""};
	char *text = fuzz_text(data, n_bytes);
	if (json_parse(text, n_bytes, &tree, &err) == 0) {
		HOLDS(utf8_valid(text, n_bytes));
		HOLDS(depth(tree) <= JSON_MAX_DEPTH);
		look(tree);
		char *written = cJSON_PrintUnformatted(tree);
		HOLDS(json_parse(written, strlen(written), &again, &err) == 0);
		HOLDS(cJSON_Compare(tree, again, true));
		free(written);
	} else {
		HOLDS(err.text[0] != '\0');
		HOLDS(utf8_valid(err.text, strlen(err.text)));
	}
	buf_auto struct buf out;
	buf_init(&out, 1 << 20);
	if (utf8_valid(text, n_bytes)) {
		struct json_writer w;
		json_begin(&w, &out);
		json_put_textn(&w, NULL, text, n_bytes);
		json_auto cJSON *string = NULL;
		if (!memchr(text, '\0', n_bytes) && !out.overflow) {
			HOLDS(json_parse(buf_text(&out), out.len, &string, &err) == 0);
			HOLDS(strcmp(string->valuestring, text) == 0);
		}
	}
	free(text);
	return 0;
}
