#include "model/media.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const struct {
	const char *text;
	int64_t max_bytes;
} kinds[] = {
	[MEDIA_IMAGE] = {"image", 5 << 20},  [MEDIA_VIDEO] = {"video", 16 << 20},      [MEDIA_DOCUMENT] = {"document", 100 << 20},
	[MEDIA_AUDIO] = {"audio", 16 << 20}, [MEDIA_STICKER] = {"sticker", 500 << 10},
};

const char *media_kind_text(enum media_kind kind)
{
	return kinds[kind].text;
}

bool media_kind_parse(const char *text, enum media_kind *ret_kind)
{
	for (int i = MEDIA_IMAGE; i <= MEDIA_STICKER; i++) {
		if (text_equal_nocase(kinds[i].text, text)) {
			*ret_kind = (enum media_kind)i;
			return true;
		}
	}
	return false;
}

int64_t media_kind_max_bytes(enum media_kind kind)
{
	return kinds[kind].max_bytes;
}

/* ---- types ---- */

/* How a file of a type begins: the bytes `magic` at `offset`; NULL: told by a function of its own. */
struct known {
	struct media_type type;
	const char *magic;
	size_t n_magic, offset;
	bool (*fits)(const unsigned char *head, size_t n_bytes);
};

static bool is_text(const unsigned char *head, size_t n_bytes)
{
	size_t n = n_bytes;
	for (size_t i = 0; i < n_bytes; i++)
		if (head[i] == 0)
			return false;
	/* The head of a longer file may end inside of a character: at most three bytes of it. */
	while (n_bytes == MEDIA_HEAD_BYTES && n_bytes - n < 3 && !utf8_valid((const char *)head, n))
		n--;
	return utf8_valid((const char *)head, n);
}

static bool is_mp3(const unsigned char *head, size_t n_bytes)
{
	return (n_bytes >= 3 && memcmp(head, "ID3", 3) == 0) ||
	       (n_bytes >= 2 && head[0] == 0xff && (head[1] & 0xe6) == 0xe2); /* layer III */
}

/* ADTS: twelve bits of one, layer 0. */
static bool is_aac(const unsigned char *head, size_t n_bytes)
{
	return n_bytes >= 2 && head[0] == 0xff && (head[1] & 0xf6) == 0xf0;
}

static bool is_webp(const unsigned char *head, size_t n_bytes)
{
	return n_bytes >= 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0;
}

/* ISO base media: a box `ftyp` with a brand. */
static bool has_brand(const unsigned char *head, size_t n_bytes, const char *brand)
{
	return n_bytes >= 12 && memcmp(head + 4, "ftyp", 4) == 0 && memcmp(head + 8, brand, strlen(brand)) == 0;
}

static bool is_3gp(const unsigned char *head, size_t n_bytes)
{
	return has_brand(head, n_bytes, "3g");
}

static bool is_m4a(const unsigned char *head, size_t n_bytes)
{
	return has_brand(head, n_bytes, "") && !has_brand(head, n_bytes, "3g") && !has_brand(head, n_bytes, "qt");
}

static bool is_mp4(const unsigned char *head, size_t n_bytes)
{
	return is_m4a(head, n_bytes) && !has_brand(head, n_bytes, "M4A") && !has_brand(head, n_bytes, "avif") &&
	       !has_brand(head, n_bytes, "hei") && !has_brand(head, n_bytes, "mif1");
}

#define MAGIC(text, at) .magic = (text), .n_magic = sizeof(text) - 1, .offset = (at)
#define ZIP MAGIC("PK\x03\x04", 0)
#define OLE MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0)
#define OFFICE "application/vnd.openxmlformats-officedocument."

/* The order is that of sniffing. */
static const struct known types[] = {
	{{"image/jpeg", MEDIA_IMAGE, "jpg"}, MAGIC("\xff\xd8\xff", 0)},
	{{"image/png", MEDIA_IMAGE, "png"}, MAGIC("\x89PNG\r\n\x1a\n", 0)},
	{{"image/webp", MEDIA_STICKER, "webp"}, .fits = is_webp},
	{{"video/mp4", MEDIA_VIDEO, "mp4"}, .fits = is_mp4},
	{{"video/3gpp", MEDIA_VIDEO, "3gp"}, .fits = is_3gp},
	{{"application/pdf", MEDIA_DOCUMENT, "pdf"}, MAGIC("%PDF-", 0)},
	{{"audio/ogg", MEDIA_AUDIO, "ogg"}, MAGIC("OggS", 0)},
	{{"audio/amr", MEDIA_AUDIO, "amr"}, MAGIC("#!AMR", 0)},
	{{"audio/mp4", MEDIA_AUDIO, "m4a"}, .fits = is_m4a},
	{{"audio/mpeg", MEDIA_AUDIO, "mp3"}, .fits = is_mp3},
	{{"audio/aac", MEDIA_AUDIO, "aac"}, .fits = is_aac},
	{{OFFICE "wordprocessingml.document", MEDIA_DOCUMENT, "docx"}, ZIP},
	{{OFFICE "spreadsheetml.sheet", MEDIA_DOCUMENT, "xlsx"}, ZIP},
	{{OFFICE "presentationml.presentation", MEDIA_DOCUMENT, "pptx"}, ZIP},
	{{"application/msword", MEDIA_DOCUMENT, "doc"}, OLE},
	{{"application/vnd.ms-excel", MEDIA_DOCUMENT, "xls"}, OLE},
	{{"application/vnd.ms-powerpoint", MEDIA_DOCUMENT, "ppt"}, OLE},
	{{"text/plain", MEDIA_DOCUMENT, "txt"}, .fits = is_text},
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))
#define N_SNIFFED 11 /* those behind share their beginnings */

static bool known_fits(const struct known *known, const unsigned char *head, size_t n_bytes)
{
	if (known->fits)
		return known->fits(head, n_bytes);
	return n_bytes >= known->offset + known->n_magic && memcmp(head + known->offset, known->magic, known->n_magic) == 0;
}

static bool names_type(const char *mime, const char *given, size_t n)
{
	return strlen(mime) == n && strncasecmp(mime, given, n) == 0;
}

const struct media_type *media_type_find(const char *content_type)
{
	size_t n = strcspn(content_type, "; \t");
	if (names_type("image/jpg", content_type, n))
		return &types[0].type;
	for (size_t i = 0; i < N_TYPES; i++)
		if (names_type(types[i].type.mime, content_type, n))
			return &types[i].type;
	return NULL;
}

const struct media_type *media_type_sniff(const void *head, size_t n_bytes)
{
	for (size_t i = 0; i < N_SNIFFED; i++)
		if (known_fits(&types[i], head, n_bytes))
			return &types[i].type;
	return NULL;
}

bool media_type_fits(const struct media_type *type, const void *head, size_t n_bytes)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (&types[i].type == type)
			return known_fits(&types[i], head, n_bytes);
	return false;
}

bool media_type_for_template(const struct media_type *type)
{
	static const char *const mimes[] = {"image/jpeg", "image/png", "video/mp4", "application/pdf"};
	for (size_t i = 0; i < sizeof(mimes) / sizeof(mimes[0]); i++)
		if (strcmp(mimes[i], type->mime) == 0)
			return true;
	return false;
}

const char *media_ref_find(const struct media_ref *refs, int n, int64_t media_no)
{
	for (int i = 0; i < n; i++)
		if (refs[i].media_no == media_no)
			return refs[i].meta_id;
	return NULL;
}
