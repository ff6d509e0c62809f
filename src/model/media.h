#pragma once
/* Media: the pictures, films and documents of templates and messages. Pure rules: which types WhatsApp takes, how large, and
 * whether bytes are what they are said to be. Source: Meta's page "Media" of the Cloud API (types and sizes). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum media_kind { MEDIA_IMAGE = 1, MEDIA_VIDEO = 2, MEDIA_DOCUMENT = 3, MEDIA_AUDIO = 4, MEDIA_STICKER = 5 };

const char *media_kind_text(enum media_kind kind);                  /* image, video, document, audio, sticker */
bool media_kind_parse(const char *text, enum media_kind *ret_kind); /* any case */
int64_t media_kind_max_bytes(enum media_kind kind);

struct media_type {
	const char *mime;
	enum media_kind kind;
	const char *extension; /* "jpg" */
};

/* By a Content-Type, any case, its parameters left aside; NULL for one that WhatsApp does not take. image/jpg counts as
 * image/jpeg. */
const struct media_type *media_type_find(const char *content_type);
/* By the file's first bytes, for where no type was said. NULL when they do not tell (text, and the offices' formats). */
const struct media_type *media_type_sniff(const void *head, size_t n_bytes);
/* May a file that begins so be of this type? MEDIA_HEAD_BYTES suffice. */
#define MEDIA_HEAD_BYTES 512
bool media_type_fits(const struct media_type *type, const void *head, size_t n_bytes);

/* May this type stand in the header of a template? JPEG or PNG, MP4, PDF: what Meta takes a sample of. */
bool media_type_for_template(const struct media_type *type);

#define MEDIA_URL_MAX 2083
#define MEDIA_FILE_NAME_MAX 240 /* characters, of an upload's own name */

/* A medium that a message shows, with the id under which a phone number at Meta has it. */
struct media_ref {
	int64_t media_no;
	const char *meta_id;
};
const char *media_ref_find(const struct media_ref *refs, int n, int64_t media_no); /* its meta_id; NULL when it is not there */
