#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "wa/free.h"

#define HEAD "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"+447400000001\","
#define TAIL ",\"biz_opaque_callback_data\":\"cr1.0a1b2c3d.5.7.1\"}"

static const struct wa_key key = {.instance = "0a1b2c3d", .campaign_no = 5, .seq = 7, .attempt = 1};

static void each_kind_as_meta_wants_it(void **state)
{
	(void)state;
	static const struct {
		struct message_content content;
		const char *json;
	} cases[] = {
		{{.type = "text", .text = "Hi \"you\""}, "\"type\":\"text\",\"text\":{\"body\":\"Hi \\\"you\\\"\"}"},
		{{.type = "image", .text = "", .media_id = "99"}, "\"type\":\"image\",\"image\":{\"id\":\"99\"}"},
		{{.type = "video", .text = "look", .url = "https://example.com/v.mp4"},
	         "\"type\":\"video\",\"video\":{\"link\":\"https://example.com/v.mp4\",\"caption\":\"look\"}"},
		{{.type = "document", .text = "", .media_id = "99", .filename = "price"},
	         "\"type\":\"document\",\"document\":{\"id\":\"99\",\"filename\":\"price\"}"},
		{{.type = "text", .text = "Go?", .button_type = "quick_reply", .button_text = "Yes", .payload = "y1"},
	         "\"type\":\"interactive\",\"interactive\":{\"type\":\"button\",\"body\":{\"text\":\"Go?\"},\"action\":{"
	         "\"buttons\":"
	         "[{\"type\":\"reply\",\"reply\":{\"id\":\"y1\",\"title\":\"Yes\"}}]}}"},
		{{.type = "text", .text = "Go?", .button_type = "QUICK_REPLY", .button_text = "Yes"},
	         "\"type\":\"interactive\",\"interactive\":{\"type\":\"button\",\"body\":{\"text\":\"Go?\"},\"action\":{"
	         "\"buttons\":"
	         "[{\"type\":\"reply\",\"reply\":{\"id\":\"Yes\",\"title\":\"Yes\"}}]}}"},
		{{.type = "image",
	          .text = "See",
	          .media_id = "99",
	          .button_type = "LINK",
	          .button_text = "Open",
	          .button_value = "https://example.com/"},
	         "\"type\":\"interactive\",\"interactive\":{\"type\":\"cta_url\",\"header\":{\"type\":\"image\",\"image\":{"
	         "\"id\":"
	         "\"99\"}},\"body\":{\"text\":\"See\"},\"action\":{\"name\":\"cta_url\",\"parameters\":{\"display_text\":"
	         "\"Open\","
	         "\"url\":\"https://example.com/\"}}}"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_auto struct buf out, expected;
		buf_init(&out, 4096);
		buf_init(&expected, 4096);
		buf_addf(&expected, "%s%s%s", HEAD, cases[i].json, TAIL);
		assert_int_equal(wa_free_encode(&cases[i].content, "447400000001", &key, &out), 0);
		assert_string_equal(buf_text(&out), buf_text(&expected));
	}
}

static void what_has_no_room_is_told(void **state)
{
	(void)state;
	buf_auto struct buf out;
	buf_init(&out, 100);
	const struct message_content content = {.type = "text", .text = "Hello"};
	assert_int_equal(wa_free_encode(&content, "447400000001", &key, &out), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_as_meta_wants_it),
		cmocka_unit_test(what_has_no_room_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
