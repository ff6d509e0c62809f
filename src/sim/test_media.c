/* Files at Meta: uploads, what they may be, and messages that name them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/test_talk.h"

#define PATH_UPLOADS "/v23.0/77/uploads?file_name=a.jpg&file_length=5&file_type=image/jpeg"
#define OAUTH(offset) "Authorization: OAuth EAAtest\r\nfile_offset: " offset "\r\n"
#define FORM "Authorization: Bearer EAAtest\r\nContent-Type: multipart/form-data; boundary=XX\r\n"
#define PART(name, value) "--XX\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(type, bytes)                                                                                          \
	"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: " type "\r\n\r\n" bytes \
	"\r\n--XX--\r\n"

static struct talk talk;

static int setup(void **state)
{
	(void)state;
	talk_start(&talk, (const char *const[]){"any-template", "on", NULL});
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	talk_stop(&talk);
	return 0;
}

static int call_with(const char *head, const char *method, const char *path, const char *body)
{
	talk.head = head;
	int status = talk_call(&talk, method, path, body);
	talk.head = NULL;
	return status;
}

static int64_t stats(const char *key)
{
	return talk_number(&talk, "/_sim/stats", key);
}

static int upload_as(const char *number, const char *body)
{
	char path[64];
	snprintf(path, sizeof(path), "/v23.0/%s/media", number);
	return call_with(FORM, "POST", path, body);
}

static void upload(const char *number, char ret[32])
{
	assert_int_equal(
		upload_as(number, PART("messaging_product", "whatsapp") PART("type", "image/png") FILE_PART("image/png", "abc")),
		200);
	snprintf(ret, 32, "%s", json_text(talk.tree, "id"));
}

/* ---- resumable uploads ---- */

static void test_a_handle_comes_of_a_whole_file(void **state)
{
	(void)state;
	char path[128];
	assert_int_equal(talk_call(&talk, "GET", "/v23.0/app?fields=id", NULL), 200);
	assert_non_null(json_text(talk.tree, "id"));
	assert_int_equal(talk_call(&talk, "POST", PATH_UPLOADS, ""), 200);
	snprintf(path, sizeof(path), "/v23.0/%s", json_text(talk.tree, "id"));
	assert_int_equal(talk_call(&talk, "POST", path, "bytes"), 401); /* Bearer will not do */
	assert_int_equal(call_with(OAUTH("1"), "POST", path, "bytes"), 400);
	assert_int_equal(call_with(OAUTH("0"), "POST", path, "too long"), 400);
	assert_int_equal(call_with(OAUTH("0"), "POST", path, ""), 400);
	assert_int_equal(call_with(OAUTH("0"), "POST", path, "byt"), 400); /* taken, and not complete */
	assert_int_equal(call_with(OAUTH("0"), "GET", path, NULL), 200);
	assert_int_equal(json_get(talk.tree, "file_offset")->valueint, 3);
	assert_int_equal(call_with(OAUTH("3"), "POST", path, "es"), 200);
	assert_memory_equal(json_text(talk.tree, "h"), "4::", 3);
	assert_int_equal(stats("sample_uploads"), 1);
	assert_int_equal(call_with(OAUTH("0"), "POST", "/v23.0/upload:MTphffff?sig=1", "bytes"), 400);
}

static void test_sessions_say_what_comes(void **state)
{
	(void)state;
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/77/uploads", ""), 400);
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/77/uploads?file_length=5&file_type=image/gif", ""), 400);
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/77/uploads?file_length=0&file_type=image/png", ""), 400);
}

/* ---- media ---- */

static void test_a_medium_and_its_record(void **state)
{
	(void)state;
	char id[32], path[128];
	upload("600", id);
	assert_int_equal(stats("media_uploads"), 1);
	snprintf(path, sizeof(path), "/v23.0/%s?phone_number_id=600", id);
	assert_int_equal(talk_call(&talk, "GET", path, NULL), 200);
	assert_string_equal(json_text(talk.tree, "mime_type"), "image/png");
	assert_string_equal(json_text(talk.tree, "sha256"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(json_get(talk.tree, "file_size")->valueint, 3);
	snprintf(path, sizeof(path), "/v23.0/%s", id);
	assert_int_equal(talk_call(&talk, "DELETE", path, NULL), 200);
	assert_int_equal(talk_call(&talk, "DELETE", path, NULL), 400);
}

static void test_uploads_that_are_refused(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		PART("type", "image/png") FILE_PART("image/png", "abc"),
		PART("messaging_product", "whatsapp") FILE_PART("image/png", "abc"),
		PART("messaging_product", "whatsapp") PART("type", "image/png") "--XX--\r\n",
		PART("messaging_product", "whatsapp") PART("type", "image/png") FILE_PART("image/jpeg", "abc"),
		PART("messaging_product", "whatsapp") PART("type", "image/gif") FILE_PART("image/gif", "abc"),
		PART("messaging_product", "whatsapp") PART("type", "image/png") FILE_PART("image/png", ""),
		"no form at all",
		"",
	};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(upload_as("600", bodies[i]), 400);
		assert_int_equal(talk_code(&talk), 100);
	}
	assert_int_equal(stats("media_uploads"), 0);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", "{\"media-broken\":true}"), 200);
	assert_int_equal(
		upload_as("600", PART("messaging_product", "whatsapp") PART("type", "image/png") FILE_PART("image/png", "abc")),
		400);
	assert_int_equal(talk_code(&talk), 131053);
}

static int send_picture(const char *number, const char *id)
{
	char path[64], body[512];
	snprintf(path, sizeof(path), "/v23.0/%s/messages", number);
	snprintf(
		body, sizeof(body),
		"{\"messaging_product\":\"whatsapp\",\"to\":\"+447700900123\",\"type\":\"template\",\"template\":{\"name\":\"a\","
		"\"language\":{\"code\":\"en\"},\"components\":[{\"type\":\"header\",\"parameters\":[{\"type\":\"image\","
		"\"image\":{\"id\":\"%s\"}}]}]}}",
		id);
	return talk_call(&talk, "POST", path, body);
}

static void test_messages_name_media_of_their_own_number(void **state)
{
	(void)state;
	char id[32], forget[64];
	upload("600", id);
	assert_int_equal(send_picture("600", id), 200);
	assert_int_equal(send_picture("600", id), 200);
	assert_int_equal(send_picture("601", id), 400);
	assert_int_equal(talk_code(&talk), 100);
	assert_non_null(strstr(talk.body, "media attachment ID"));
	assert_int_equal(send_picture("600", "12345"), 400);
	assert_int_equal(send_picture("600", "x"), 400);
	assert_int_equal(talk_call(&talk, "GET", "/_sim/media", NULL), 200);
	assert_int_equal(json_get(json_get(talk.tree, "data")->child, "uses")->valueint, 2);
	snprintf(forget, sizeof(forget), "{\"forget\":\"%s\"}", id);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/media", forget), 200);
	assert_int_equal(send_picture("600", id), 400);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/media", "{\"forget\":\"7\"}"), 400);
	upload("600", id);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/media", "{\"forget\":true}"), 200);
	assert_int_equal(send_picture("600", id), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_handle_comes_of_a_whole_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sessions_say_what_comes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_medium_and_its_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_uploads_that_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_messages_name_media_of_their_own_number, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
