#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model/media.h"

static const struct {
	const char *mime, *head;
	size_t n;
	bool tells; /* the bytes alone say it */
} samples[] = {
#define SAMPLE(mime, head, tells)                   \
	{                                           \
		mime, head, sizeof(head) - 1, tells \
	}
	SAMPLE("image/jpeg", "\xff\xd8\xff\xe0\0\x10JFIF", true),
	SAMPLE("image/png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", true),
	SAMPLE("image/webp", "RIFF\x24\0\0\0WEBPVP8 ", true),
	SAMPLE("video/mp4",
               "\0\0\0\x20"
               "ftypisom\0\0\2\0",
               true),
	SAMPLE("video/3gpp",
               "\0\0\0\x18"
               "ftyp3gp4\0\0\0\0",
               true),
	SAMPLE("application/pdf", "%PDF-1.7\n", true),
	SAMPLE("audio/ogg", "OggS\0\2\0\0", true),
	SAMPLE("audio/amr", "#!AMR\n", true),
	SAMPLE("audio/mp4",
               "\0\0\0\x20"
               "ftypM4A \0\0\0\0",
               true),
	SAMPLE("audio/mpeg", "ID3\4\0\0", true),
	SAMPLE("audio/mpeg", "\xff\xfb\x90\x64", true),
	SAMPLE("audio/aac", "\xff\xf1\x50\x80", true),
	SAMPLE("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\3\4\x14\0", false),
	SAMPLE("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\3\4\x14\0", false),
	SAMPLE("application/vnd.openxmlformats-officedocument.presentationml.presentation", "PK\3\4\x14\0", false),
	SAMPLE("application/msword", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", false),
	SAMPLE("application/vnd.ms-excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", false),
	SAMPLE("application/vnd.ms-powerpoint", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", false),
	SAMPLE("text/plain",
               "Opening hours: 9\xe2\x80\x93"
               "17",
               false),
};
#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

static void test_every_type_is_known_by_its_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		const struct media_type *type = media_type_find(samples[i].mime);
		if (!type || !media_type_fits(type, samples[i].head, samples[i].n))
			fail_msg("%s", samples[i].mime);
		const struct media_type *sniffed = media_type_sniff(samples[i].head, samples[i].n);
		if (sniffed != (samples[i].tells ? type : NULL))
			fail_msg("%s was taken for %s", samples[i].mime, sniffed ? sniffed->mime : "nothing");
		assert_false(media_type_fits(type, "", 0) && strcmp(type->mime, "text/plain") != 0);
	}
}

/* What begins like one kind passes for no other. */
static void test_no_type_passes_for_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		for (size_t k = 0; k < N_SAMPLES; k++) {
			const struct media_type *type = media_type_find(samples[i].mime);
			bool same_head = memcmp(samples[i].head, samples[k].head, 2) == 0 && !samples[i].tells;
			bool same = strcmp(samples[i].mime, samples[k].mime) == 0 || same_head;
			bool text = strcmp(samples[i].mime, "text/plain") == 0; /* some magic is text as well */
			bool mp4 = strncmp(samples[i].mime, "audio/mp4", 9) == 0 && strcmp(samples[k].mime, "video/mp4") == 0;
			if (!same && !text && !mp4 && media_type_fits(type, samples[k].head, samples[k].n))
				fail_msg("%s passes for %s", samples[k].mime, samples[i].mime);
		}
	}
	static const char page[] = "<!DOCTYPE html><html>", gif[] = "GIF89a",
			  heic[] = "\0\0\0\x18"
				   "ftypheic\0\0\0\0";
	assert_null(media_type_sniff(page, sizeof(page) - 1));
	assert_null(media_type_sniff(gif, sizeof(gif) - 1));
	assert_false(media_type_fits(media_type_find("video/mp4"), heic, sizeof(heic) - 1));
	assert_false(media_type_fits(media_type_find("image/jpeg"), page, sizeof(page) - 1));
}

static void test_text_is_text(void **state)
{
	(void)state;
	const struct media_type *type = media_type_find("text/plain");
	char head[MEDIA_HEAD_BYTES];
	memset(head, 'a', sizeof(head));
	head[sizeof(head) - 1] = '\xc3';
	assert_true(media_type_fits(type, head, sizeof(head))); /* it ends inside of a character */
	head[100] = '\xc3';
	assert_false(media_type_fits(type, head, sizeof(head)));
	assert_true(media_type_fits(type, "", 0));
	assert_false(media_type_fits(type, "caf\xc3", 4));
	assert_false(media_type_fits(type, "caf\xc3(ole)", 9));
	assert_false(media_type_fits(type, "a\0b", 3));
	assert_false(media_type_fits(type,
	                             "\xff\xfe"
	                             "a",
	                             3));
}

static void test_names_of_types(void **state)
{
	(void)state;
	assert_ptr_equal(media_type_find("IMAGE/JPG"), media_type_find("image/jpeg"));
	assert_ptr_equal(media_type_find("text/plain; charset=utf-8"), media_type_find("text/plain"));
	assert_null(media_type_find(""));
	assert_null(media_type_find("image/jpegx"));
	assert_null(media_type_find("image/gif"));
	assert_null(media_type_find("application/octet-stream"));
	for (size_t i = 0; i < N_SAMPLES; i++) {
		const char *mime = samples[i].mime;
		bool wanted = strcmp(mime, "image/jpeg") == 0 || strcmp(mime, "image/png") == 0 ||
		              strcmp(mime, "video/mp4") == 0 || strcmp(mime, "application/pdf") == 0;
		assert_int_equal(media_type_for_template(media_type_find(mime)), wanted);
	}
}

static void test_kinds(void **state)
{
	(void)state;
	enum media_kind kind;
	static const int64_t limits[] = {[MEDIA_IMAGE] = 5242880,
	                                 [MEDIA_VIDEO] = 16777216,
	                                 [MEDIA_DOCUMENT] = 104857600,
	                                 [MEDIA_AUDIO] = 16777216,
	                                 [MEDIA_STICKER] = 512000};
	for (int i = MEDIA_IMAGE; i <= MEDIA_STICKER; i++) {
		assert_true(media_kind_parse(media_kind_text((enum media_kind)i), &kind));
		assert_int_equal(kind, i);
		assert_int_equal(media_kind_max_bytes(kind), limits[i]);
	}
	assert_true(media_kind_parse("Video", &kind));
	assert_false(media_kind_parse("text", &kind));
	const struct media_ref refs[] = {{7, "1001"}, {9, "1002"}};
	assert_string_equal(media_ref_find(refs, 2, 9), "1002");
	assert_null(media_ref_find(refs, 2, 8));
	assert_null(media_ref_find(NULL, 0, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type_is_known_by_its_bytes),
		cmocka_unit_test(test_no_type_passes_for_another),
		cmocka_unit_test(test_text_is_text),
		cmocka_unit_test(test_names_of_types),
		cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
